/** Running mcconfig, and finding what it has made. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { CRYPTO, cryptoOf, FirmwareError } from "./options.mjs";
import { toolsFolder } from "./sdk.mjs";

/** What is flashed, by the family of chips; the first stands for all of them. */
const IMAGES = {
  lin: ["mc.so"],
  nrf52: ["xs_nrf52.hex", "xs_nrf52.uf2"],
  esp32: ["xs_esp32.bin", "bootloader.bin", "partition-table.bin"],
};

/**
 * Where everything of one build lies. Each choice of cryptography has a folder: make would not notice that a module
 * is made of another file now.
 */
export function placesOf(options, top, machine) {
  const { platform, debug } = options;
  const { name, family } = platform;
  const choice = cryptoOf(options, machine);
  const out = join(
    top,
    "build",
    "firmware",
    ...(choice === "native" ? name : `${name}-${choice}`).split("/"),
  );
  const isDebug = debug !== undefined;
  const project = basename(top);
  // mcconfig names the folders of a build by the manifest's.
  const program = platform.isPacked ? join(out, project) : top;
  const below = [
    ...(family === "lin" ? ["lin", "mc"] : name.split("/")),
    isDebug ? "debug" : "release",
    project,
  ];
  return { out, choice, program, bin: join(out, "bin", ...below), tmp: join(out, "tmp", ...below) };
}

/** Run mcconfig's make for one target; the exit status, 0 when it went well. Its words go to standard error. */
export function mcconfig({ platform, debug, config, port }, target, places, top, machine) {
  mkdirSync(places.out, { recursive: true });
  const mode = debug === undefined ? [] : [debug === "log" ? "-dl" : "-dx"];
  const args = ["-m", ...mode, "-p", platform.name, ...(target === undefined ? [] : ["-t", target])];
  const { PATH = "", Path = PATH, ...env } = machine.env;
  const folders = [join(top, "node_modules", ".bin"), toolsFolder(machine), Path];
  const { status, signal, error } = spawnSync(
    join(toolsFolder(machine), machine.system === "win" ? "mcconfig.exe" : "mcconfig"),
    [...args, "-o", places.out, ...config, join(places.program, "manifest.json")],
    {
      cwd: top,
      env: {
        ...env,
        [CRYPTO]: places.choice,
        PATH: folders.join(delimiter),
        ...(port === undefined ? {} : { UPLOAD_PORT: port }),
      },
      stdio: ["inherit", 2, 2],
    },
  );
  if (error !== undefined) throw new FirmwareError(`mcconfig cannot be run: ${error.message}`);
  return signal === null ? status : 1;
}

/** Images of the last build: where one step fails quietly, the SDK's makefiles would pass them off as new. */
export function removeImages({ family }, places) {
  for (const folder of [places.bin, ...espIdfBuilds(places)]) {
    for (const name of [...IMAGES[family], "xs_esp32.elf", "xs_nrf52.out"])
      rmSync(join(folder, name), { force: true });
  }
}

/** The images of a build, as paths. Throws FirmwareError when the first is not there. */
export function imagesOf({ family }, places) {
  const paths = IMAGES[family].map((name) => join(places.bin, name));
  if (!existsSync(paths[0]))
    throw new FirmwareError(`the build ended without ${paths[0]}; its words above say why`);
  return paths.filter((path) => existsSync(path));
}

/** The linked program, with its sections; undefined: it is not where it should be. */
export function linkedProgram({ family }, places) {
  const paths = {
    lin: [join(places.bin, "mc.so")],
    nrf52: [join(places.tmp, "xs_nrf52.out")],
    esp32: espIdfBuilds(places).map((folder) => join(folder, "xs_esp32.elf")),
  };
  return paths[family].find((path) => existsSync(path));
}

/** The folders in which ESP-IDF builds. */
function espIdfBuilds({ tmp }) {
  if (!existsSync(tmp)) return [];
  const projects = readdirSync(tmp).filter((name) => name.startsWith("xsProj-"));
  return projects.map((name) => join(tmp, name, "build"));
}
