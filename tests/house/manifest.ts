/**
 * What a Moddable manifest must be here: every module that main reaches is mapped to its file on every platform, and
 * all of modules/ is preloaded by name.
 */

import { importsOf, parse, resolvePath } from "./source.js";

/** The module that each platform gives a file of its own. */
const HOST_PLATFORM = "host/platform";

/** The modules that a platform's files take from the Moddable SDK, whose own manifests map them. */
export const OF_THE_SDK: readonly string[] = ["timer", "mc/config"];

/** The name under which a manifest lists the files that a folder's entry does not take. */
const LEFT_OUT = "~";

/** Module names with the paths of their files, no extension; a name ending in an asterisk stands for a folder. */
export type Modules = Readonly<Record<string, unknown>>;

/** The parts of a Moddable manifest that name modules. */
export interface Manifest {
  readonly modules: Modules;
  readonly preload: readonly string[];
  readonly platforms?: Readonly<Record<string, Platform>>;
}

/** What a manifest says of one platform. */
export interface Platform {
  /** Manifests whose contents belong here, relative to this one. */
  readonly include?: readonly string[];
  readonly modules?: Modules;
  readonly preload?: readonly string[];
  readonly typescript?: {
    readonly tsconfig?: { readonly compilerOptions?: { readonly moduleSuffixes?: readonly string[] } };
  };
}

/** The project's sources, and those of packages that the manifest names, by path. */
export type Sources = ReadonlyMap<string, string>;

/** Everything that is wrong with a manifest, given the project's sources: one line each. */
export function faults(manifest: Manifest, sources: Sources): readonly string[] {
  return [
    ...faultsOfModules("all platforms", manifest.modules, sources),
    ...Object.entries(manifest.platforms ?? {}).flatMap(([name, platform]) => {
      const modules = { ...manifest.modules, ...platform.modules };
      return [
        ...faultsOfModules(name, modules, sources),
        ...faultsOfPlatform(platform, manifest, sources).map((fault) => `${name}: ${fault}`),
        ...faultsOfSuffixes(name, platform),
      ];
    }),
    ...faultsOfPreload(manifest.preload, sources),
  ];
}

function faultsOfModules(platform: string, modules: Modules, sources: Sources): readonly string[] {
  const empty = Object.entries(modules)
    .filter(([name]) => name !== LEFT_OUT)
    .map(([, path]) => path)
    .filter((path) => typeof path === "string" && path.startsWith("./"))
    .filter((path) => ![...sources.keys()].some((file) => isNamed(file, String(path))))
    .map((path) => `${platform}: ${path} does not exist`);
  return [...unmapped(platform, modules, sources), ...empty];
}

/** What main reaches on a platform, module by module as XS finds them, and the modules do not map to its file. */
function unmapped(platform: string, modules: Modules, sources: Sources): readonly string[] {
  const found: string[] = [];
  const reached = new Set(["main"]);
  for (const name of reached) {
    if (OF_THE_SDK.includes(name)) continue;
    // What all platforms share ends where each has its own.
    if (name === HOST_PLATFORM && platform === "all platforms" && modules[name] === undefined) continue;
    const file = fileBehind(name, platform);
    const source = sources.get(file);
    if (source === undefined || mappedFile(modules, name) !== file) {
      found.push(`${platform}: ${name} is reached and not mapped to ${file}`);
      continue;
    }
    for (const { specifier, typeOnly } of importsOf(source)) {
      if (!typeOnly) reached.add(moduleNamed(specifier, name));
    }
  }
  return found;
}

/** What a platform adds is new (the SDK takes the first of two without a word), and no package is preloaded. */
function faultsOfPlatform(platform: Platform, common: Manifest, sources: Sources): readonly string[] {
  const modules = platform.modules ?? {};
  const twice = Object.keys(modules)
    .filter((name) => Object.hasOwn(common.modules, name))
    .map((name) => `${name} is mapped for all platforms already`);
  const wrong = (platform.preload ?? [])
    .filter((name) => !name.startsWith("host/") || !sources.has(mappedFile(modules, name) ?? ""))
    .map((name) => `preload names ${name}, which is not a module of host/`);
  return [...twice, ...wrong];
}

/** Without them the SDK's build checks the types of Node's platform. */
function faultsOfSuffixes(name: string, platform: Platform): readonly string[] {
  const suffixes = platform.typescript?.tsconfig?.compilerOptions?.moduleSuffixes ?? [];
  return suffixes.join() === [`-${name}`, ""].join()
    ? []
    : [`${name}: moduleSuffixes are not "-${name}", ""`];
}

function faultsOfPreload(preload: readonly string[], sources: Sources): readonly string[] {
  const modules = [...sources.keys()].filter((file) => file.startsWith("modules/"));
  const missing = modules
    .filter((file) => hasCode(sources.get(file) ?? "") && !preload.includes(nameOf(file)))
    .map((file) => `${nameOf(file)} is not preloaded`);
  const wrong = preload
    .filter((name, index) => !modules.includes(`${name}.ts`) || preload.indexOf(name) !== index)
    .map((name) => `preload names ${name}, which is not a module of modules/, or twice`);
  return [...missing, ...wrong];
}

/** The file that a module is made of: one of the project, or a package's. */
function fileBehind(name: string, platform: string): string {
  if (name === HOST_PLATFORM) return `${HOST_PLATFORM}-${platform}.ts`;
  return /^(main$|modules\/|host\/)/.test(name) ? `${name}.ts` : `node_modules/${name}.js`;
}

/** What XS looks for when the module `importer` names `specifier`. */
function moduleNamed(specifier: string, importer: string): string {
  return specifier.startsWith(".")
    ? nameOf(resolvePath(importer, specifier))
    : specifier.replace(/\.js$/, "");
}

/** The file behind a module's name: by its own entry, or by its folder's. */
function mappedFile(modules: Modules, name: string): string | undefined {
  const own = modules[name];
  if (typeof own === "string") return fileOf(own);
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  const path = modules[`${folder}*`];
  return typeof path === "string" ? fileOf(path.replace("*", name.slice(folder.length))) : undefined;
}

function isNamed(file: string, path: string): boolean {
  if (!path.endsWith("/*")) return file === fileOf(path) || `./${file}` === `${path}.c`;
  return `./${file.slice(0, file.lastIndexOf("/") + 1)}*` === path;
}

/** "./modules/bytes" is modules/bytes.ts; packages bring JavaScript. */
export function fileOf(path: string): string {
  return `${path.replace("./", "")}${path.startsWith("./node_modules/") ? ".js" : ".ts"}`;
}

function nameOf(file: string): string {
  return file.replace(/\.ts$/, "");
}

/** Whether anything is left of a module without its types. */
function hasCode(source: string): boolean {
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
