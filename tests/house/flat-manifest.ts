/** What mcconfig makes of a manifest and of those that it includes, for one platform. */

/** Names with paths, no extension; in both an asterisk stands for all that a folder has. */
export type Modules = Readonly<Record<string, unknown>>;

/** The parts of a Moddable manifest that name files; a platform's part has the same form. */
export interface Manifest {
  /** Other manifests, relative to this one; the SDK's begin with a variable. */
  readonly include?: string | readonly string[];
  readonly build?: Readonly<Record<string, unknown>>;
  readonly modules?: Modules;
  readonly preload?: string | readonly string[];
  readonly platforms?: Readonly<Record<string, Manifest>>;
  readonly typescript?: {
    readonly tsconfig?: { readonly compilerOptions?: { readonly moduleSuffixes?: readonly string[] } };
  };
}

/** The project's manifests by their paths from the top; the first is where mcconfig begins. */
export type Manifests = ReadonlyMap<string, Manifest>;

/** The texts of the project's files, and of those of packages that manifests name, by path. */
export type Sources = ReadonlyMap<string, string>;

/** All that is built for a platform. */
export interface Flat {
  /** The files of each module; more than one: mcconfig takes the first without a word. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
  /** C files and headers; of two with one name mcconfig takes the first. */
  readonly cFiles: readonly string[];
  /** Names, each as often as it is listed. */
  readonly preload: readonly string[];
  readonly moduleSuffixes: readonly string[];
  /** Names that manifests map to files of the SDK, perhaps with an asterisk. */
  readonly ofTheSdk: readonly string[];
  /** The SDK's manifests that are included. */
  readonly sdkManifests: readonly string[];
  /** What manifests name and nobody has: one line each. */
  readonly missing: readonly string[];
}

/** What a build chooses by a variable, in the names of manifests that it includes: the first, unless it is told. */
const VARIABLE = "FLEDGLING_CRYPTO";
const CHOICES: readonly string[] = ["native", "noble"];

/** A platform such as "nrf52/dk", and what is chosen for it. */
export interface Target {
  readonly platform: string;
  readonly choice: string;
}

/** The name under which a manifest lists the files that a folder's entry does not take. */
const LEFT_OUT = "~";

const EXTENSIONS: readonly string[] = [".ts", ".js", ".c", ".h"];
const EXTENSION = /\.(ts|js|c|h)$/;

interface Part extends Manifest {
  readonly path: string;
}

/** The manifests, joined for a platform. */
export function flatten(manifests: Manifests, target: Target, sources: Sources): Flat {
  const [top = ""] = manifests.keys();
  const missing: string[] = [];
  const parts = collect(top, target, manifests, new Set(), missing);
  const modules = new Map<string, string[]>();
  const cFiles = new Set<string>();
  const ofTheSdk: string[] = [];
  for (const { path: manifest, modules: listed = {} } of parts) {
    for (const [name, path] of Object.entries(listed).flatMap(pathsOfEntry)) {
      if (name === LEFT_OUT) continue;
      if (path.startsWith("$(")) {
        ofTheSdk.push(name);
        continue;
      }
      const found = filesNamed(name, resolveFrom(manifest, path), sources);
      if (found.length === 0) missing.push(`${manifest}: ${path} does not exist`);
      for (const [module, file] of found) {
        if (/\.[ch]$/.test(file)) cFiles.add(file);
        else modules.set(module, [...new Set([...(modules.get(module) ?? []), file])]);
      }
    }
  }
  return {
    modules,
    cFiles: [...cFiles],
    preload: parts.flatMap(({ preload }) => listOf(preload)),
    moduleSuffixes: parts.flatMap(
      ({ typescript }) => typescript?.tsconfig?.compilerOptions?.moduleSuffixes ?? [],
    ),
    ofTheSdk,
    sdkManifests: parts.flatMap(({ include }) => listOf(include)).filter((path) => path.startsWith("$(")),
    missing,
  };
}

/** The project's manifests that one includes, on whatever platform, as paths from the top. */
export function includedBy(path: string, manifest: Manifest): readonly string[] {
  const parts = [manifest, ...Object.values(manifest.platforms ?? {})];
  return CHOICES.flatMap((choice) => parts.flatMap((part) => ownIncludes(path, part, choice)));
}

/** Every platform that a manifest tells apart, of a pattern one that it fits, with each choice there is. */
export function targetsOf(manifests: Manifests): readonly Target[] {
  const names = [...manifests.values()].flatMap(({ platforms }) => Object.keys(platforms ?? {}));
  const platforms = [...new Set(names)]
    .map((name) => name.replace("*", "any"))
    .filter((name) => name !== "...");
  const hasChoice = [...manifests.values()].some((manifest) => JSON.stringify(manifest).includes(VARIABLE));
  const choices = hasChoice ? CHOICES : CHOICES.slice(0, 1);
  return platforms.flatMap((platform) => choices.map((choice) => ({ platform, choice })));
}

/** A manifest's parts after those that it includes; each manifest comes once. */
function collect(
  path: string,
  target: Target,
  manifests: Manifests,
  seen: Set<string>,
  missing: string[],
): readonly Part[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const manifest = manifests.get(path);
  if (manifest === undefined) {
    missing.push(`the manifest ${path} does not exist`);
    return [];
  }
  const part = partFor(target.platform, manifest.platforms ?? {});
  if (JSON.stringify([manifest.include, part.include]).includes(VARIABLE) && !hasDefault(manifest))
    missing.push(`${path}: "${VARIABLE} ?=" does not say "${CHOICES[0]}"`);
  const included = [manifest, part].flatMap((each) => ownIncludes(path, each, target.choice));
  const before = included.flatMap((other) => collect(other, target, manifests, seen, missing));
  return [...before, { ...manifest, path }, { ...part, path }];
}

/** Without a default mcconfig looks for a manifest with "undefined" in its name. */
function hasDefault({ build = {} }: Manifest): boolean {
  return build[`${VARIABLE} ?=`] === CHOICES[0];
}

function ownIncludes(path: string, part: Manifest, choice: string): readonly string[] {
  return listOf(part.include)
    .map((include) => include.replace(`$(${VARIABLE})`, choice))
    .filter((include) => !include.startsWith("$("))
    .map((include) => resolveFrom(path, include));
}

/** mcconfig takes one part, the first that fits the longest beginning of the platform's name. */
function partFor(platform: string, parts: Readonly<Record<string, Manifest>>): Manifest {
  const words = platform.split("/");
  for (let length = words.length; length > 0; length--) {
    const beginning = words.slice(0, length).join("/");
    for (const [name, part] of Object.entries(parts)) {
      if (name.endsWith("/*") ? beginning.startsWith(name.slice(0, -1)) : beginning === name) return part;
    }
  }
  return parts["..."] ?? {};
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

function pathsOfEntry([name, value]: readonly [string, unknown]): readonly (readonly [string, string])[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((each) => [name, typeof each === "string" ? each : JSON.stringify(each)]);
}

/** "../xs" as the manifest host/lin/manifest.json says it is host/xs. */
function resolveFrom(manifest: string, path: string): string {
  const parts = manifest.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The modules and files that one entry means: whatever has the path's name, with each extension. */
function filesNamed(name: string, path: string, sources: Sources): readonly (readonly [string, string])[] {
  const star = path.indexOf("*");
  if (star < 0) {
    const module = name.replace("*", path.slice(path.lastIndexOf("/") + 1).replace(EXTENSION, ""));
    const files = [path, ...EXTENSIONS.map((extension) => path + extension)];
    return files.filter((file) => sources.has(file)).map((file) => [module, file] as const);
  }
  const before = path.slice(0, star);
  return [...sources.keys()].flatMap((file) => {
    if (!file.startsWith(before) || file.endsWith(".d.ts")) return [];
    const rest = file.replace(EXTENSION, "").slice(star);
    return rest === "" || rest.includes("/") ? [] : [[name.replace("*", rest), file] as const];
  });
}
