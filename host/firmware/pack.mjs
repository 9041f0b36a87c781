/**
 * The program as one module. As it is written, an image of it does not fit into nRF52840's flash: what is preloaded lies
 * there as slots of 16 octets, and XS spends one on each private name and each other module's name that a function
 * uses, three on the prototype of each plain function, a dozen on each module. Here private names become properties,
 * plain functions arrows, all modules one, and names short. TypeScript has checked the program before.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";

/** What the SDK brings. */
const OF_THE_SDK = ["embedded:*", "mc/config", "neopixel", "timer"];
const TARGET = "es2024";
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const TOKENS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|#([A-Za-z_]\w*)( in\b)?/g;
const PLAIN_FUNCTION = /^function (\w+)\(([\s\S]*?)\) \{\n([\s\S]*?)^\}$/gm;

/** Write the program of `top` for a platform into `folder`: a manifest for mcconfig, and what it names. Throws Error. */
export async function pack({ top, platform, folder }) {
  const result = await build({
    stdin: { contents: entry(platform), resolveDir: top, loader: "js" },
    ...{ bundle: true, write: false, format: "esm", target: TARGET, charset: "utf8", logLevel: "silent" },
    ...{ minifyIdentifiers: true, minifySyntax: true, external: OF_THE_SDK },
    plugins: [sourcesOf(platform)],
  });
  // The bundler makes variables of what was constant, and the SDK's linker would keep those in RAM.
  const text = result.outputFiles[0].text.replace(/^var /gm, "const ");
  const { code } = await transform(text, { minifyWhitespace: true, target: TARGET, charset: "utf8" });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "program.js"), code);
  writeFileSync(join(folder, "main.js"), MAIN);
  writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest(top, platform), undefined, 2)}\n`);
  return join(folder, "manifest.json");
}

/** What is not preloaded. */
const MAIN = `import { lamp, run } from "program";\n\nexport default function () {\n  run(lamp);\n}\n`;

function entry(platform) {
  return `export { lamp } from "./main.ts";\nexport { run } from "./host/platform-${platform}.ts";\n`;
}

function manifest(top, platform) {
  return {
    include: [join(top, "host", platform, "packed.json")],
    modules: { main: "./main", program: "./program" },
    preload: ["program"],
  };
}

function sourcesOf(platform) {
  const setup = ({ onLoad, onResolve, resolve }) => {
    onResolve({ filter: /\/platform\.js$/ }, ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === "resolved" || !path.endsWith("/host/platform.js")) return undefined;
      const other = path.replace(/\.js$/, `-${platform}.ts`);
      return resolve(other, { kind, resolveDir, pluginData: "resolved" });
    });
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = withoutPrivateNames(readFileSync(path, "utf8"), path);
      const { code } = await transform(source, { loader: "ts", target: TARGET, charset: "utf8" });
      return { contents: withArrows(code), loader: "js" };
    });
  };
  return { name: "sources", setup };
}

/**
 * `#name` becomes `_a`, `_b`, ... in each file anew, so that all classes share a few names; in a file with a class that
 * extends another, `$a`, `$b`, ...: it must not meet the names of its base.
 */
export function withoutPrivateNames(source, path) {
  if (/[^\w"'][_$][a-zA-Z]{1,2}\b(?!\w)/.test(source))
    throw new Error(`${path}: a name is too like those made here`);
  const prefix = /\bclass \w+(<[^{]*>)? extends (?!Error\b|RangeError\b)/.test(source) ? "$" : "_";
  if (prefix === "$" && [...source.matchAll(/^(export )?(abstract )?class /gm)].length > 1)
    throw new Error(`${path}: a class that extends another wants a file of its own`);
  const short = new Map();
  const shorten = (name) => {
    if (!short.has(name)) short.set(name, prefix + nameOf(short.size));
    return short.get(name);
  };
  return source.replace(TOKENS, (token, name, isIn) => {
    if (isIn !== undefined) throw new Error(`${path}: "#${name} in" has no counterpart`);
    if (name !== undefined) return shorten(name);
    return token.startsWith("`") ? token.replace(/\.#(\w+)/g, (_, inner) => `.${shorten(inner)}`) : token;
  });
}

function nameOf(index) {
  const letter = LETTERS[index % LETTERS.length];
  return index < LETTERS.length ? letter : nameOf(Math.floor(index / LETTERS.length) - 1) + letter;
}

/** From JavaScript as esbuild prints it. Arrows come first: until the module has run, a constant may not be used. */
function withArrows(code) {
  const arrows = [];
  const rest = code.replace(PLAIN_FUNCTION, (text, name, parameters, body) => {
    if (/\b(this|arguments)\b/.test(body)) return text;
    arrows.push(`const ${name} = (${parameters}) => {\n${body}};\n`);
    return "";
  });
  const imports = rest.match(/^import [\s\S]*?;\n/gm)?.join("") ?? "";
  return imports + arrows.join("") + rest.slice(imports.length);
}
