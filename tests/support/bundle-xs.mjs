import { build } from "esbuild";
import { top } from "./files.mjs";

/** An entry's source, with all that it imports from the top on, as one script that XS 13.3 understands. */
export async function bundleForXs(contents) {
  const result = await build({
    stdin: { contents, resolveDir: top },
    bundle: true,
    format: "iife",
    target: "es2022",
    // XS 13.3 stumbles over a class with fields whose static holds a new instance of it: @noble's Point.
    supported: { "class-static-field": false },
    write: false,
    logLevel: "silent",
  });
  return result.outputFiles[0].text;
}
