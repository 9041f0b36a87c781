/** A desk for `npm run firmware`: a checkout, SDKs and programs that are only as real as the command looks at them. */

import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const host = fileURLToPath(new URL("../../host/", import.meta.url));
const system = process.platform === "darwin" ? "mac" : "lin";

/** What the fake mcconfig puts where the real one would put it, and what it was asked. */
const MCCONFIG = `
  import { appendFileSync, cpSync, existsSync, readFileSync } from "node:fs";
  import { basename, dirname, join } from "node:path";
  const args = process.argv.slice(2);
  const after = (name) => args[args.indexOf(name) + 1];
  const { FAKE_RESULT, FAKE_LOG, UPLOAD_PORT = "", FLEDGLING_CRYPTO, PATH } = process.env;
  const call = { args, port: UPLOAD_PORT, crypto: FLEDGLING_CRYPTO, path: PATH.split(":").slice(0, 2) };
  appendFileSync(FAKE_LOG, JSON.stringify(call) + "\\n");
  console.log("# the words of make");
  const status = join(FAKE_RESULT, "status");
  if (existsSync(status)) process.exit(Number(readFileSync(status, "utf8")));
  const platform = after("-p") === "lin" ? "lin/mc" : after("-p");
  const build = args.some((arg) => arg.startsWith("-d")) ? "debug" : "release";
  for (const kind of ["bin", "tmp"]) {
    const from = join(FAKE_RESULT, kind);
    const to = join(after("-o"), kind, platform, build, basename(dirname(args.at(-1))));
    if (existsSync(from)) cpSync(from, to, { recursive: true });
  }
`;

/** It "installs" a TypeScript that knows its version, and finds no fault. */
const NPM = `
  import { cpSync, mkdirSync, writeFileSync } from "node:fs";
  mkdirSync("node_modules/typescript/bin", { recursive: true });
  writeFileSync("node_modules/typescript/package.json", JSON.stringify({ version: "7.0.2" }));
  const tsc = 'if (process.argv[2] === "--version") console.log("Version 7.0.2");';
  writeFileSync("node_modules/typescript/bin/tsc", tsc);
  cpSync("package-lock.json", "node_modules/.package-lock.json");
`;

/** Nordic's libraries, below the SDK's "external". */
const OBERON = "nrf_oberon/lib/cortex-m4/hard-float/liboberon_3.0.6.a";
const CC310 = "nrf_cc310/lib/cortex-m4/hard-float/no-interrupts/libnrf_cc310_0.9.13.a";

const LOCK = JSON.stringify({
  packages: { "": {}, "node_modules/typescript": { version: "7.0.2", integrity: "sha512-x", dev: true } },
});

/** What one run said and did. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One call of mcconfig. */
export interface Call {
  readonly args: readonly string[];
  readonly port: string;
  /** What the variable says by which the manifests choose. */
  readonly crypto: string;
  readonly path: readonly string[];
}

/** Everything that a board needs is on it, until a test takes it away. */
export class Desk {
  readonly env: Record<string, string | undefined>;
  readonly #top: string;

  constructor(project = "project") {
    this.#top = mkdtempSync(join(tmpdir(), "fledgling-firmware-"));
    this.project = join(this.#top, project);
    for (const folder of ["firmware", "simulator"])
      mkdirSync(this.inProject(`host/${folder}`), { recursive: true });
    cpSync(join(host, "firmware"), this.inProject("host/firmware"), { recursive: true });
    for (const file of ["setup.mjs", "lock.mjs"])
      cpSync(join(host, "simulator", file), this.inProject(`host/simulator/${file}`));
    this.write(`${project}/package.json`, JSON.stringify({ type: "module" }));
    this.write(`${project}/package-lock.json`, LOCK);
    this.write(`${project}/npm-cli.js`, NPM);
    this.#layProgram();
    this.#layModdable();
    this.#layEspIdf();
    this.#layNrf5();
    for (const name of ["make", "gcc", "pkg-config"]) this.program(`bin/${name}`, "");
    symlinkSync(process.execPath, this.path("bin/node"));
    this.env = {
      PATH: this.path("bin"),
      HOME: this.path("home"),
      MODDABLE: this.path("moddable"),
      IDF_PATH: this.path("esp-idf"),
      NRF_SDK_DIR: this.path("nrf5-sdk"),
      NRF52_GCC_ROOT: this.path("arm"),
      NRF_ROOT: this.path("nrf5"),
      npm_execpath: this.inProject("npm-cli.js"),
      FAKE_LOG: this.path("calls"),
      FAKE_RESULT: this.path("result"),
    };
  }

  /** The checkout's folder. */
  readonly project: string;

  clear(): void {
    rmSync(this.#top, { recursive: true });
  }

  path(name: string): string {
    return join(this.#top, name);
  }

  inProject(name: string): string {
    return join(this.project, name);
  }

  /** Where a tool of the Moddable SDK is. */
  toolPath(name: string): string {
    return this.path(`moddable/build/bin/${system}/release/${name}`);
  }

  write(name: string, text: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true });
  }

  /** A program; without `#!` it is a shell script. */
  program(name: string, text: string): void {
    this.write(name, text.startsWith("#!") ? text : `#!/bin/sh\n${text}\n`);
    chmodSync(this.path(name), 0o755);
  }

  /** What mcconfig makes from now on, below bin or tmp of the build. */
  makes(files: Readonly<Record<string, string | Uint8Array>>): void {
    rmSync(this.path("result"), { recursive: true, force: true });
    for (const [name, text] of Object.entries(files)) this.write(`result/${name}`, text);
  }

  /** mcconfig ends with this status, and makes nothing. */
  fails(status: number): void {
    this.makes({ status: String(status) });
  }

  run(...args: readonly string[]): Outcome {
    rmSync(this.path("calls"), { force: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [this.inProject("host/firmware/firmware.mjs"), ...args],
      { env: this.env, encoding: "utf8" },
    );
    return { status, stdout, stderr };
  }

  /** Runs, and does `act` as soon as standard error has said `cue`. */
  async runUntil(cue: string, act: () => void, ...args: readonly string[]): Promise<Outcome> {
    rmSync(this.path("calls"), { force: true });
    const child = spawn(process.execPath, [this.inProject("host/firmware/firmware.mjs"), ...args], {
      env: this.env,
    });
    let stdout = "";
    let stderr = "";
    let acted = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (acted || !stderr.includes(cue)) return;
      acted = true;
      act();
    });
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { status, stdout, stderr };
  }

  /** How mcconfig was called in the last run. */
  get calls(): readonly Call[] {
    if (!existsSync(this.path("calls"))) return [];
    const lines = readFileSync(this.path("calls"), "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line));
  }

  /** The smallest that can be packed, with the packages that do it. */
  #layProgram(): void {
    const files = {
      "main.ts": "export const lamp = (name: string) => name;",
      "host/platform-nrf52.ts": "export const run = (program: (name: string) => string) => program('nRF52');",
    };
    for (const [name, text] of Object.entries(files)) this.write(`${basename(this.project)}/${name}`, text);
    mkdirSync(this.inProject("node_modules/@babel"), { recursive: true });
    for (const name of ["esbuild", "@babel/parser"])
      symlinkSync(join(host, "../node_modules", name), this.inProject(`node_modules/${name}`));
  }

  #layModdable(): void {
    this.write("moddable/tools/mcconfig.js", "");
    this.write("moddable/tools/VERSION", "8.2.3\n");
    this.write(`moddable/build/bin/${system}/release/fake.mjs`, MCCONFIG);
    this.program(`moddable/build/bin/${system}/release/mcconfig`, `exec node "\${0%/*}/fake.mjs" "$@"`);
    this.program(`moddable/build/bin/${system}/release/${system === "mac" ? "xsbug.app" : "xsbug"}`, "");
    mkdirSync(this.path("moddable/tools/xsbug-log/node_modules"), { recursive: true });
    const targets: Readonly<Record<string, object>> = {
      "nrf52/targets/dk": {},
      "nrf52/targets/xiao": {},
      "nrf52/targets/itsybitsy": {},
      "esp32/targets/nodemcu": {},
      "esp32/targets/esp32c3": { build: { ESP32_SUBCLASS: "esp32c3" } },
      "esp32/targets/esp32s3": { build: { ESP32_SUBCLASS: "esp32s3" } },
      "esp32/targets/saola_wroom": { build: { ESP32_SUBCLASS: "esp32s2" } },
      esp32: { build: { EXPECTED_ESP_IDF: "v6.0" } },
    };
    for (const [name, manifest] of Object.entries(targets))
      this.write(`moddable/build/devices/${name}/manifest.json`, JSON.stringify(manifest));
  }

  #layEspIdf(): void {
    this.write("esp-idf/export.sh", "");
    mkdirSync(this.path("home/.espressif"), { recursive: true });
    this.program("bin/git", '[ "$1" = describe ] && echo v6.0');
  }

  #layNrf5(): void {
    mkdirSync(this.path("nrf5-sdk/components/softdevice"), { recursive: true });
    this.write("nrf5-sdk/documentation/release_notes.txt", "nRF5 SDK v17.0.2\n----\n");
    this.write("nrf5-sdk/components/boards/moddable_four.h", "");
    this.write("nrf5-sdk/components/boards/boards.h", '#include "moddable_four.h"\n');
    this.write("nrf5-sdk/integration/nrfx/legacy/apply_old_config.h", "NRFX_SPIM3_ENABLED\n");
    for (const name of [OBERON, CC310]) this.write(`nrf5-sdk/external/${name}`, "");
    this.program("arm/bin/arm-none-eabi-gcc", "echo 12.2.1");
    this.program("nrf5/uf2conv.py", "");
    this.program("nrf5/nrfjprog/nrfjprog", "");
  }
}
