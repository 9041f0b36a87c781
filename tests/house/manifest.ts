/**
 * What the Moddable manifests must be here: on every platform each module that main reaches is mapped to its own
 * file, and preloaded where that is possible, because what is not takes RAM.
 */

import { type Flat, flatten, type Manifests, type Sources, targetsOf } from "./flat-manifest.js";
import { faultsOfBody } from "./preload.js";
import { importsOf, parse, resolvePath } from "./source.js";

/** The same answer for the same source: each platform asks about all of them. */
function remembered<Answer>(ask: (source: string) => Answer): (source: string) => Answer {
  const answers = new Map<string, Answer>();
  return (source) => {
    const answer = answers.get(source) ?? ask(source);
    answers.set(source, answer);
    return answer;
  };
}

const importsIn = remembered(importsOf);
const faultsOfPreload = remembered(faultsOfBody);
const hasCode = remembered(isMoreThanTypes);

/** The module that each platform gives a file of its own. */
const HOST_PLATFORM = "host/platform";

/** Modules of the Moddable SDK, with a part of the path of the SDK's manifest that brings each; "": its base does. */
const BROUGHT_BY: Readonly<Record<string, string>> = {
  timer: "",
  "mc/config": "",
  "embedded:io/digital": "/io/",
  "embedded:io/pwm": "/io/",
  modules: "/base/modules/",
  neopixel: "/neopixel/",
};

/** The modules that a platform's files take from the Moddable SDK, whose own manifests map them. */
export const OF_THE_SDK: readonly string[] = Object.keys(BROUGHT_BY);

const OF_THE_PROJECT = /^(main$|modules\/|host\/)/;

/** Modules that a choice of the build gives another file. */
const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "host/xs/crypto": { noble: "host/xs/crypto-noble.ts" },
};

/** Hosts of the desktop, where RAM is no matter. */
const OF_THE_DESKTOP: readonly string[] = ["host/lin/", "host/simulator/", "host/platform-lin.ts"];

/** Everything that is wrong with the manifests, given the project's sources: one line each. */
export function faults(manifests: Manifests, sources: Sources): readonly string[] {
  const targets = targetsOf(manifests);
  if (targets.length === 0) return ["the manifest knows no platform"];
  const found = targets.flatMap((target) => {
    const { platform, choice } = target;
    const flat = flatten(manifests, target, sources);
    const build = { family: platform.split("/")[0] ?? "", choice, flat, sources };
    return [
      ...flat.missing,
      ...faultsOfNames(flat),
      ...faultsOfReach(build),
      ...faultsOfSuffixes(build),
      ...faultsOfList(build),
      ...faultsOfPreloaded(build),
    ].map((fault) => `${platform}: ${fault}`);
  });
  return [...new Set(found)];
}

interface Build {
  readonly family: string;
  readonly choice: string;
  readonly flat: Flat;
  readonly sources: Sources;
}

/** Of two files with one name mcconfig takes the first without a word. */
function faultsOfNames({ modules, cFiles }: Flat): readonly string[] {
  const twice = [...modules].filter(([, files]) => files.length > 1);
  const bare = cFiles.map((file) => file.slice(file.lastIndexOf("/") + 1));
  return [
    ...twice.map(([name, files]) => `${name} is mapped to ${files.join(" and ")}`),
    ...cFiles
      .filter((_, index) => bare.indexOf(bare[index] ?? "") !== index)
      .map((file) => `${file} has the name of another file of C, which is taken in its place`),
  ];
}

function faultsOfReach(build: Build): readonly string[] {
  return [...reached(build)]
    .filter(([name, file]) => build.sources.get(file) === undefined || fileOf(name, build) !== file)
    .map(([name, file]) => `${name} is reached and not mapped to ${file}`);
}

/** The modules that main reaches, as XS finds them, with the files that should be behind them. */
function reached(build: Build): ReadonlyMap<string, string> {
  const files = new Map([["main", "main.ts"]]);
  for (const [name, file] of files) {
    const others = [...loadedBy(name, file, build), ...loadedLater(build.sources.get(file))];
    for (const other of others) files.set(other, fileBehind(other, build));
  }
  return files;
}

/** What a module loads while the program runs, by the SDK's `Modules.importNow`: a preload does not follow it. */
function loadedLater(source = ""): readonly string[] {
  return [...source.matchAll(/\bModules\.importNow\(\s*"([^"]+)"/g)].flatMap(([, name]) => name ?? []);
}

/** The project's modules and packages that a module loads. */
function loadedBy(name: string, file: string, { flat, sources }: Build): readonly string[] {
  const source = sources.get(file);
  if (source === undefined) return [];
  return importsIn(source)
    .filter(({ typeOnly }) => !typeOnly)
    .map(({ specifier }) => moduleNamed(specifier, name))
    .filter((other) => OF_THE_PROJECT.test(other) || !isOfTheSdk(other, flat));
}

/** Without them the SDK's build checks the types of Node's platform. */
function faultsOfSuffixes({ family, flat }: Build): readonly string[] {
  return flat.moduleSuffixes.join() === `-${family},` ? [] : [`moduleSuffixes are not "-${family}", ""`];
}

/** The preload list names modules of the project, each once, and none that a preload breaks. */
function faultsOfList(build: Build): readonly string[] {
  const { flat, sources } = build;
  return flat.preload.flatMap((name, index) => {
    const file = fileOf(name, build) ?? "";
    if (!/^(modules|host)\//.test(file)) return [`preload names ${name}, which is not a module of ours`];
    if (flat.preload.indexOf(name) !== index) return [`preload names ${name} twice`];
    const loaded = loadedBy(name, file, build).filter((other) => !flat.preload.includes(other));
    return [
      ...faultsOfPreload(sources.get(file) ?? "").map((fault) => `${name} is preloaded, ${fault}`),
      ...loaded
        .filter((other) => hasCode(sources.get(fileBehind(other, build)) ?? "0;"))
        .map((other) => `${name} is preloaded and loads ${other}, which is not`),
    ];
  });
}

/** All of modules/ is preloaded, reached or not, and what main reaches of the hosts. */
function faultsOfPreloaded(build: Build): readonly string[] {
  const { flat, sources } = build;
  const protocol = [...sources.keys()]
    .filter((file) => file.startsWith("modules/") && file.endsWith(".ts"))
    .map((file) => [nameOf(file), file] as const);
  const hosts = [...reached(build)].filter(
    ([name, file]) =>
      file.startsWith("host/") &&
      !OF_THE_DESKTOP.some((place) => file.startsWith(place)) &&
      !needsPackage(name, build),
  );
  return [...protocol, ...hosts]
    .filter(([name, file]) => !flat.preload.includes(name) && hasCode(sources.get(file) ?? ""))
    .map(([name]) => `${name} is not preloaded`);
}

/** Whether a module loads a package, perhaps by another: packages keep what a preload would freeze. */
function needsPackage(name: string, build: Build): boolean {
  const seen = new Set([name]);
  for (const each of seen) {
    const file = fileBehind(each, build);
    if (file.startsWith("node_modules/")) return true;
    for (const other of loadedBy(each, file, build)) seen.add(other);
  }
  return false;
}

/** The file that a module is made of: one of the project, or a package's. */
function fileBehind(name: string, { family, choice }: Build): string {
  const chosen = Object.hasOwn(CHOSEN, name) ? CHOSEN[name]?.[choice] : undefined;
  if (chosen !== undefined) return chosen;
  if (name === HOST_PLATFORM) return `${HOST_PLATFORM}-${family}.ts`;
  return OF_THE_PROJECT.test(name) ? `${name}.ts` : `node_modules/${name}.js`;
}

function fileOf(name: string, { flat }: Build): string | undefined {
  return flat.modules.get(name)?.[0];
}

/** What XS looks for when the module `importer` names `specifier`. */
function moduleNamed(specifier: string, importer: string): string {
  return specifier.startsWith(".")
    ? nameOf(resolvePath(importer, specifier))
    : specifier.replace(/\.js$/, "");
}

/** Whether one of the SDK's manifests maps a module, or one of ours to a file of the SDK. */
function isOfTheSdk(name: string, { ofTheSdk, sdkManifests }: Flat): boolean {
  const isMapped = ofTheSdk.some((entry) => {
    if (!entry.endsWith("*")) return name === entry;
    return name.startsWith(entry.slice(0, -1)) && !/[/:]/.test(name.slice(entry.length - 1));
  });
  const manifest = Object.hasOwn(BROUGHT_BY, name) ? BROUGHT_BY[name] : undefined;
  return isMapped || manifest === "" || sdkManifests.some((path) => manifest && path.includes(manifest));
}

function nameOf(file: string): string {
  return file.replace(/\.ts$/, "");
}

/** Whether anything is left of a module without its types. */
function isMoreThanTypes(source: string): boolean {
  return parse(source).some((statement) => {
    switch (statement.type) {
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        return false;
      case "ImportDeclaration":
        return statement.importKind !== "type";
      case "ExportNamedDeclaration":
        return statement.exportKind !== "type";
      default:
        return true;
    }
  });
}
