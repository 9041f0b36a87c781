/**
 * The program as one module, for chips on which it does not fit as it is written: in plain modules the image for
 * nRF52840 is 133 kB larger than its flash of 819 kB, packed 66 kB smaller. What is preloaded lies in flash as slots of
 * 16 octets, and XS spends one on each private name of each class and on each name of another module that a function
 * uses, three on the prototype of each plain function, a dozen on each module. Here private names become properties,
 * plain functions arrows, all modules one. Long names would cost 18 kB, and a release build never tells them; private
 * names of each class's own, in place of a few for all classes, 24 kB. TypeScript has checked the program before.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { withArrows, withClasses, withoutPrivateNames } from "./rewrite.mjs";

/** What the SDK brings. */
const OF_THE_SDK = ["embedded:*", "mc/config", "modules", "neopixel", "timer"];
const LANGUAGE = { target: "es2024", charset: "utf8", logLevel: "silent", minifySyntax: true };

/** What is not preloaded. */
const MAIN = `import { lamp, run } from "program";\n\nexport default function () {\n  run(lamp);\n}\n`;

/**
 * Write the program of `top` for a family of chips into `folder`, with a manifest for mcconfig, whose path it gives.
 * Throws Error.
 */
export async function pack({ top, family, folder }) {
  const entry = `export { lamp } from "./main.ts";\nexport { run } from "./host/platform-${family}.ts";\n`;
  const text = await bundled(entry, top, { external: OF_THE_SDK, plugins: [platformOf(family)] });
  const short = { ...LANGUAGE, format: "esm", minifyIdentifiers: true, minifyWhitespace: true };
  const { code } = await transform(rewritten(text), short);
  mkdirSync(folder, { recursive: true });
  const manifest = {
    include: ["$(MODDABLE)/examples/manifest_base.json", join(top, "host", family, "hardware.json")],
    modules: { main: "./main", program: "./program" },
    preload: ["program"],
  };
  writeFileSync(join(folder, "program.js"), code);
  writeFileSync(join(folder, "main.js"), MAIN);
  writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return join(folder, "manifest.json");
}

/** One module of all that `entry` needs, which stands in the folder `top`; `options` are esbuild's. Throws Error. */
export async function bundled(entry, top, options) {
  const stdin = { contents: entry, resolveDir: top, loader: "ts" };
  const given = {
    ...LANGUAGE,
    absWorkingDir: top,
    stdin,
    bundle: true,
    write: false,
    format: "esm",
    ...options,
  };
  const { outputFiles } = await build(given);
  return outputFiles[0].text;
}

/** A bundle in the form that takes the fewest slots. */
export function rewritten(text) {
  return withArrows(withClasses(withoutPrivateNames(text)));
}

/** The name host/platform means the file of these chips. */
function platformOf(family) {
  const setup = ({ onResolve, resolve }) => {
    onResolve({ filter: /\/host\/platform\.js$/ }, ({ path, kind, resolveDir }) =>
      resolve(path.replace(/\.js$/, `-${family}.ts`), { kind, resolveDir }),
    );
  };
  return { name: "platform", setup };
}
