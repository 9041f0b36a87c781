/** `npm run firmware`: what it refuses, in one line each, and what it asks of mcconfig. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { SETTINGS } from "../../host/firmware/options.mjs";
import { filesBelow, top } from "../support/files.mjs";
import { Desk, type Outcome } from "./firmware-desk.js";

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

const HEX = "bin/xs_nrf52.hex";
const UF2 = "bin/xs_nrf52.uf2";

/** Refused with these lines and no more, before mcconfig was called. */
function refused({ status, stdout, stderr }: Outcome, ...expected: readonly RegExp[]): void {
  const lines = stderr.trimEnd().split("\n");
  for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? "", pattern);
  assert.equal(lines.length, expected.length, stderr);
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.deepEqual(desk.calls, []);
}

function targets(): readonly (string | undefined)[] {
  return desk.calls.map(({ args }) => (args.includes("-t") ? args[args.indexOf("-t") + 1] : undefined));
}

describe("The command line", () => {
  const broken: readonly (readonly [readonly string[], RegExp])[] = [
    [["nrf52"], /^fledgling: there is no platform "nrf52"; the platforms are nrf52\/dk, .*, lin$/],
    [["zephyr/dk"], /there is no platform "zephyr\/dk"/],
    [["nrf52/../dk"], /there is no platform "nrf52\/\.\.\/dk"/],
    [["nrf52/nobody"], /there is no platform "nrf52\/nobody"/],
    [["nrf52/dk", "lin"], /one platform at a time: nrf52\/dk and "lin"/],
    [["nrf52/dk", "--flash"], /there is no option "--flash"; --help lists them/],
    [["nrf52/dk", "--size=1"], /there is no option "--size=1"/],
    [["nrf52/dk", "--deploy=air"], /--deploy is jlink or usb, not "air"/],
    [["nrf52/dk", "--debug=gdb"], /--debug is log, not "gdb"/],
    [["nrf52/dk", "--crypto", "soft"], /--crypto is native or noble, not "soft"/],
    [["nrf52/dk", "--config"], /--config wants a value/],
    [["nrf52/dk", "--port="], /--port wants a value/],
    [["nrf52/dk", "--config", "output"], /--config wants NAME=VALUE, not "output"/],
    [["nrf52/dk", "--config", "output="], /--config wants NAME=VALUE, not "output="/],
    [["nrf52/dk", "--config", "-o=x"], /--config wants NAME=VALUE, not "-o=x"/],
    [["nrf52/dk", "--config=uri=1", "--config", "uri=2"], /"uri" is set twice/],
    [
      ["nrf52/dk", "--config", "led-pinn=6"],
      /there is no setting "led-pinn"; the settings are board, led-pin, /,
    ],
    [
      ["nrf52/dk", "--config=static-oob=@value.txt"],
      /static-oob: a board reads no file; give what stands in it/,
    ],
    [["-h"], /there is no option "-h"; --help lists them/],
    [["nrf52/dk", "--config", "crypto=noble"], /crypto is no setting; write --crypto=noble/],
    [["esp32/nodemcu", "--deploy=usb"], /esp32\/nodemcu is not flashed by usb/],
    [["lin", "--deploy"], /lin has no board to flash; --debug starts it in the SDK's mcsim/],
    [["esp32/saola_wroom"], /esp32\/saola_wroom has an esp32s2, a chip without Bluetooth/],
    [["--size"], /for which platform: nrf52\/dk, .*, lin\?/],
    [["--config", "uri=1"], /for which platform/],
    [["--crypto=noble"], /for which platform/],
  ];
  for (const [args, reason] of broken) {
    test(`${args.join(" ")} is refused`, () => refused(desk.run(...args), reason));
  }

  test("another choice of cryptography in the environment is refused, too", () => {
    desk.env.FLEDGLING_CRYPTO = "soft";
    refused(desk.run("nrf52/dk"), /FLEDGLING_CRYPTO is native or noble, not "soft"/);
  });

  test("every setting that the sources read is known, and no other", () => {
    const sources = filesBelow("modules", [".ts"]).concat(
      filesBelow("host/xs", [".ts"]),
      filesBelow("host/lin", [".ts"]),
    );
    const read = sources.flatMap((file) => [
      ...readFileSync(join(top, file), "utf8").matchAll(
        /(?:settings\.get\(|\(settings, |read(?:Actions|Size)\()"([a-z-]+)"/g,
      ),
    ]);
    assert.deepEqual([...new Set(read.map(([, name]) => name))].sort(), [...SETTINGS].sort());
  });

  test("--help explains every option, and wants nothing installed", () => {
    desk.env.MODDABLE = undefined;
    const { status, stdout } = desk.run("--help");
    assert.equal(status, 0);
    for (const name of ["deploy", "deploy=jlink", "deploy=usb", "debug", "debug=log", "size", "config"])
      assert.match(stdout, new RegExp(`^ {2}--${name} `, "m"));
    assert.ok(stdout.split("\n").every((line) => line.length <= 120));
  });
});

test("the commands in the documentation are taken", () => {
  for (const name of ["README.md", "host/FLASH.md"]) {
    const text = readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
    for (const [line, words = ""] of text.matchAll(/npm run firmware -- ([^#`\n]+)/g)) {
      const args = words.trim().split(/\s+/);
      if (args.includes("PLATFORM")) continue;
      const { status, stderr } = desk.run(...args, "--help");
      assert.equal(status, 0, `${name}: ${line}: ${stderr}`);
    }
  }
});

describe("What is missing", () => {
  const moddable: readonly (readonly [string, () => void, RegExp])[] = [
    [
      "MODDABLE unset",
      () => unset("MODDABLE"),
      /^fledgling: MODDABLE is not set.*"npx xs-dev setup" installs/,
    ],
    [
      "MODDABLE no folder",
      () => set("MODDABLE", "gone"),
      /MODDABLE is .*gone, which is no folder.*xs-dev setup/,
    ],
    [
      "MODDABLE a foreign folder",
      () => set("MODDABLE", "home"),
      /home, which is not the folder of a Moddable SDK/,
    ],
    [
      "the tools not built",
      () => desk.remove("moddable/build/bin"),
      /mcconfig is missing.*make in .*makefiles/,
    ],
    [
      "an old SDK",
      () => desk.write("moddable/tools/VERSION", "8.1.9"),
      /is 8\.1\.9; 8\.2 or newer.*xs-dev update/,
    ],
    ["an ancient SDK", () => desk.remove("moddable/tools/VERSION"), /is of no known version; 8\.2 or newer/],
    [
      "a space in the SDK's path",
      () => {
        desk.write("my sdk/tools/mcconfig.js", "");
        set("MODDABLE", "my sdk");
      },
      /my sdk: make cannot cope with a character in it, such as a space: move the SDK/,
    ],
    ["no make", () => desk.remove("bin/make"), /make is missing: ".*" brings it/],
  ];
  for (const [what, take, reason] of moddable) {
    test(`${what}: one line for each family`, () => {
      take();
      for (const platform of ["nrf52/dk", "esp32/nodemcu", "lin"]) refused(desk.run(platform), reason);
    });
  }

  const nrf5: readonly (readonly [string, () => void, RegExp])[] = [
    [
      "NRF_SDK_DIR unset",
      () => unset("NRF_SDK_DIR"),
      /NRF_SDK_DIR is not set.*17\.0\.2.*xs-dev setup --device=nrf52/,
    ],
    [
      "NRF_SDK_DIR foreign",
      () => set("NRF_SDK_DIR", "home"),
      /NRF_SDK_DIR is .*home, which is not the folder of an/,
    ],
    [
      "another version",
      () => desk.write("nrf5-sdk/documentation/release_notes.txt", "nRF5 SDK v17.1.0\n"),
      /is 17\.1\.0; 17\.0\.2 is needed/,
    ],
    [
      "Nordic's own, unchanged",
      () => desk.write("nrf5-sdk/integration/nrfx/legacy/apply_old_config.h", "NRFX_SPIM2_ENABLED"),
      /is Nordic's own, without Moddable's changes/,
    ],
    [
      "no board of Moddable's",
      () => desk.remove("nrf5-sdk/components/boards/moddable_four.h"),
      /Nordic's own/,
    ],
    [
      "no library for P-256",
      () => desk.remove("nrf5-sdk/external/nrf_oberon"),
      /nrf5-sdk lacks external\/nrf_oberon\/lib\/.*liboberon_3\.0\.6\.a, which Nordic's own/,
    ],
    [
      "no library for random numbers",
      () => desk.remove("nrf5-sdk/external/nrf_cc310"),
      /nrf5-sdk lacks external\/nrf_cc310\/lib\/.*libnrf_cc310_0\.9\.13\.a/,
    ],
    ["no compiler", () => desk.remove("arm"), /arm-none-eabi-gcc is missing.*NRF_ROOT or NRF52_GCC_ROOT/],
    [
      "another compiler",
      () => desk.program("arm/bin/arm-none-eabi-gcc", "echo 13.2.1"),
      /is 13\.2\.1; 12\.2\.1 is needed, or NRF52_GNU_VERSION=13\.2\.1/,
    ],
    [
      "a broken compiler",
      () => desk.program("arm/bin/arm-none-eabi-gcc", "exit 1"),
      /a program that does not run/,
    ],
  ];
  for (const [what, take, reason] of nrf5) {
    test(`nRF52, ${what}: one line`, () => {
      take();
      refused(desk.run("nrf52/dk"), reason);
    });
  }

  const idf: readonly (readonly [string, () => void, RegExp])[] = [
    ["IDF_PATH unset", () => unset("IDF_PATH"), /IDF_PATH is not set.*v6\.0.*xs-dev setup --device=esp32/],
    [
      "IDF_PATH foreign",
      () => set("IDF_PATH", "home"),
      /IDF_PATH is .*home, which is not the folder of ESP-IDF/,
    ],
    [
      "another version",
      () => desk.program("bin/git", "echo v5.5.2"),
      /is v5\.5\.2; .*needs v6\.0: "git clone -b v6\.0/,
    ],
    ["a clone without tags", () => desk.program("bin/git", "echo 662a3be3"), /is 662a3be3; .*needs v6\.0/],
    ["no clone", () => desk.program("bin/git", "exit 128"), /is no clone that git can tell the version of/],
    [
      "its tools not installed",
      () => desk.remove("home/.espressif"),
      /idf\.py is not in PATH.*run .*install\.sh/,
    ],
  ];
  for (const [what, take, reason] of idf) {
    test(`ESP32, ${what}: one line`, () => {
      take();
      refused(desk.run("esp32/esp32c3"), reason);
    });
  }

  test("all that is missing is told at once", () => {
    unset("NRF_SDK_DIR");
    desk.remove("arm");
    desk.remove("nrf5");
    refused(desk.run("nrf52/xiao"), /NRF_SDK_DIR/, /arm-none-eabi-gcc/, /uf2conv\.py is not in/);
  });

  test("who flashes by a J-Link needs nrfjprog, and others do not", () => {
    desk.remove("nrf5/nrfjprog");
    refused(desk.run("nrf52/dk", "--deploy"), /nrfjprog is missing: install Nordic's nRF Command Line Tools/);
    desk.makes({ [HEX]: "" });
    assert.equal(desk.run("nrf52/dk").status, 0);
  });

  test("the debugger is asked for before anything is built", () => {
    desk.remove("moddable/tools/xsbug-log/node_modules");
    refused(
      desk.run("esp32/nodemcu", "--debug=log"),
      /xsbug-log is not installed: "npm install" in .*xsbug-log/,
    );
    const { stdout } = desk.run();
    assert.match(stdout, /^esp32\/nodemcu +ready/m);
    rmSync(desk.toolPath("xsbug"), { force: true });
    rmSync(desk.toolPath("xsbug.app"), { force: true });
    refused(desk.run("lin", "--debug"), /xsbug(\.app)? is missing, the debugger; --debug=log does without/);
  });

  test("what lin is linked with is asked for", () => {
    desk.program("bin/pkg-config", "exit 1");
    refused(desk.run("lin"), /gio-2\.0 are missing: "sudo apt-get install pkg-config libglib2\.0-dev"/);
    desk.remove("bin/gcc");
    refused(desk.run("lin"), /a C compiler is missing/);
  });

  test("ESP-IDF's tools in PATH, or in another folder, are enough", () => {
    desk.remove("home/.espressif");
    desk.makes({ "bin/xs_esp32.bin": "" });
    desk.program("bin/idf.py", "");
    assert.equal(desk.run("esp32/nodemcu").status, 0);
    desk.remove("bin/idf.py");
    set("IDF_TOOLS_PATH", "bin");
    assert.equal(desk.run("esp32/nodemcu").status, 0);
  });

  test("a later SDK may want a later ESP-IDF", () => {
    const expected = JSON.stringify({ build: { EXPECTED_ESP_IDF: "v7.1.2" } });
    desk.write("moddable/build/devices/esp32/manifest.json", expected);
    desk.write("moddable/tools/VERSION", "10.0.0");
    refused(desk.run("esp32/nodemcu"), /is v6\.0; .*needs v7\.1\.2/);
    desk.program("bin/git", "echo v7.1.4");
    desk.makes({ "bin/xs_esp32.bin": "" });
    assert.equal(desk.run("esp32/nodemcu").status, 0);
  });

  test("a TypeScript that somebody has put in place of ours is too old", () => {
    desk.makes({ [HEX]: "" });
    assert.equal(desk.run("nrf52/dk").status, 0, "installs the project's own");
    desk.write("project/node_modules/typescript/bin/tsc", 'console.log("Version 5.9.3");');
    refused(
      desk.run("nrf52/dk"),
      /^fledgling: TypeScript 5\.9\.3 is too old, 6 or newer is needed; "npm ci"/,
    );
    desk.write("project/node_modules/typescript/bin/tsc", "process.exit(1);");
    refused(desk.run("nrf52/dk"), /tsc does not run; "npm ci" installs TypeScript anew/);
  });

  test("the list says for each platform what is missing, each thing once", () => {
    desk.remove("arm");
    const { status, stdout } = desk.run();
    assert.equal(status, 0);
    assert.match(stdout, /^nrf52\/dk +lacks 1 +Nordic's nRF52840 DK$/m);
    assert.match(stdout, /^nrf52\/xiao +lacks 1 /m);
    assert.match(stdout, /^esp32\/esp32s3 +ready /m);
    assert.equal(stdout.match(/arm-none-eabi-gcc is missing/g)?.length, 1);
    assert.deepEqual(desk.calls, []);
  });

  test("a project where make cannot work is named", () => {
    desk.clear();
    desk = new Desk("my project");
    refused(desk.run("nrf52/dk"), /my project\/? has a character in its name that make cannot cope with/);
  });

  function unset(name: string): void {
    desk.env[name] = undefined;
  }

  function set(name: string, folder: string): void {
    desk.env[name] = desk.path(folder);
  }
});

describe("A build", () => {
  test("asks mcconfig for the platform with the settings, and names the images", () => {
    desk.makes({ [HEX]: ":00", [UF2]: "UF2" });
    const { status, stdout, stderr } = desk.run(
      "nrf52/xiao",
      "--config",
      "output=blink",
      "--config=led-pin=6",
    );
    assert.equal(status, 0, stderr);
    const out = desk.inProject("build/firmware/nrf52/xiao");
    const bin = join(out, "bin/nrf52/xiao/release/project");
    assert.equal(stdout, `${join(bin, "xs_nrf52.hex")}\n${join(bin, "xs_nrf52.uf2")}\n`);
    assert.match(stderr, /# the words of make/);
    const settings = ["output=blink", "led-pin=6"];
    const manifest = join(out, "project", "manifest.json");
    const [call] = desk.calls;
    assert.deepEqual(call?.args, ["-m", "-p", "nrf52/xiao", "-t", "build", "-o", out, ...settings, manifest]);
    assert.equal(call?.path[0], desk.inProject("node_modules/.bin"), "the project's TypeScript comes first");
    assert.match(call?.path[1] ?? "", /moddable\/build\/bin\/(lin|mac)\/release$/);
  });

  test("has another folder when it is of another cryptography, which make would not notice", () => {
    desk.makes({ "bin/xs_esp32.bin": "" });
    assert.match(
      desk.run("esp32/nodemcu", "--crypto", "noble").stdout,
      /firmware\/esp32\/nodemcu-noble\/bin\/esp32\/nodemcu\/release/,
    );
    assert.equal(desk.calls[0]?.crypto, "noble");
    assert.match(desk.run("esp32/nodemcu").stdout, /firmware\/esp32\/nodemcu\/bin/);
    assert.equal(desk.calls[0]?.crypto, "native");
    desk.env.FLEDGLING_CRYPTO = "noble";
    assert.match(desk.run("esp32/nodemcu").stdout, /nodemcu-noble/);
    assert.match(desk.run("esp32/nodemcu", "--crypto=native").stdout, /firmware\/esp32\/nodemcu\/bin/);
    assert.equal(desk.calls[0]?.crypto, "native");
  });

  test("of noble is refused where it has no room", () => {
    const reason = /noble has no room on an nRF52840: it takes some 80 kB of RAM.*without --crypto noble/;
    refused(desk.run("nrf52/dk", "--crypto", "noble"), reason);
    desk.env.FLEDGLING_CRYPTO = "noble";
    refused(desk.run("nrf52/xiao"), reason);
    desk.makes({ [HEX]: "", [UF2]: "" });
    assert.equal(desk.run("nrf52/xiao", "--crypto=native").status, 0);
  });

  test("for debugging is refused where it has no room", () => {
    for (const debug of ["--debug", "--debug=log"])
      refused(desk.run("nrf52/dk", debug), /a debug build has no room on an nRF52840: .*lin --debug$/);
  });

  test("of nRF52 is of the program packed", () => {
    desk.makes({ [HEX]: "", [UF2]: "" });
    const program = desk.inProject("build/firmware/nrf52/dk/project/program.js");
    assert.equal(desk.run("nrf52/dk").status, 0);
    assert.match(readFileSync(program, "utf8"), /^const \w=\w=>\w,/);
    assert.equal(desk.run("esp32/nodemcu").status, 2, "there is no image of it");
    assert.equal(desk.calls[0]?.args.at(-1), desk.inProject("manifest.json"), "others are not packed");
  });

  test("of nRF52 with something wrong in the program ends before it begins", () => {
    desk.makes({ [HEX]: "", [UF2]: "" });
    assert.equal(desk.run("nrf52/dk").status, 0);
    const main = "project/main.ts";
    desk.write(main, 'import { gone } from "./gone.js"; export const lamp = gone;');
    refused(desk.run("nrf52/dk"), /^fledgling: main\.ts:1: Could not resolve "\.\/gone\.js"$/);
    desk.write(main, "export class A { #a = 1; is = (a: A) => #a in a; }; export const lamp = new A();");
    refused(desk.run("nrf52/dk"), /^fledgling: .*#a in a.*: a private name cannot be looked for/);
    desk.write(main, "export const lamp = 1;");
    const tsc = 'console.log("Version 7.0.2"); process.exit(process.argv[2] === "--version" ? 0 : 2);';
    desk.write("project/node_modules/typescript/bin/tsc", tsc);
    refused(desk.run("nrf52/dk"), /^Version/, /^fledgling: tsc refuses the program; its words stand above$/);
  });

  test("that fails gives mcconfig's status", () => {
    desk.fails(3);
    const { status, stdout, stderr } = desk.run("nrf52/dk", "--size", "--deploy");
    assert.equal(status, 3);
    assert.equal(stdout, "");
    assert.match(stderr, /^fledgling: mcconfig failed with status 3; what it said stands above$/m);
    assert.deepEqual(targets(), ["build"]);
  });

  test("never passes the images of the last one off as new", () => {
    desk.makes({ "bin/xs_esp32.bin": "1", "tmp/xsProj-esp32/build/xs_esp32.bin": "1" });
    assert.equal(desk.run("esp32/nodemcu").status, 0);
    desk.makes({});
    const { status, stdout, stderr } = desk.run("esp32/nodemcu", "--deploy");
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^fledgling: the build ended without .*xs_esp32\.bin; its words above say why$/m);
    const old =
      "build/firmware/esp32/nodemcu/tmp/esp32/nodemcu/release/project/xsProj-esp32/build/xs_esp32.bin";
    assert.ok(!existsSync(desk.inProject(old)));
    assert.deepEqual(targets(), ["build"]);
  });

  test("without uf2conv.py makes no UF2 file, which a J-Link does not need", () => {
    desk.remove("nrf5/uf2conv.py");
    desk.makes({ [HEX]: "" });
    assert.match(desk.run("nrf52/dk").stdout, /xs_nrf52\.hex\n$/);
    assert.deepEqual(targets(), ["precursor"]);
  });
});

describe("Flashing", () => {
  test("the DK goes by its J-Link, ESP32 by its serial port", () => {
    desk.makes({ [HEX]: "", [UF2]: "" });
    assert.equal(desk.run("nrf52/dk", "--deploy").status, 0);
    assert.deepEqual(targets(), ["build", "flash"]);
    desk.makes({ "bin/xs_esp32.bin": "" });
    assert.equal(desk.run("esp32/nodemcu", "--deploy", "--port", "/dev/ttyUSB7").status, 0);
    assert.deepEqual(targets(), ["build", "deploy"]);
    assert.deepEqual(
      desk.calls.map(({ port }) => port),
      ["/dev/ttyUSB7", "/dev/ttyUSB7"],
    );
  });

  test("the XIAO takes a file as a USB drive", () => {
    desk.makes({ [HEX]: "", [UF2]: "the program" });
    desk.write("drive/INFO_UF2.TXT", "UF2 Bootloader 0.6.1\r\nSoftDevice: S140 version 7.3.0\r\nDate: x\r\n");
    const { status, stderr } = desk.run("nrf52/xiao", "--deploy", "--port", desk.path("drive"));
    assert.equal(status, 0, stderr);
    assert.equal(readFileSync(desk.path("drive/firmware.uf2"), "utf8"), "the program");
    assert.deepEqual(targets(), ["build"]);
  });

  test("the XIAO's drive is waited for", async () => {
    desk.makes({ [HEX]: "", [UF2]: "the program" });
    const pressReset = (): void => desk.write("drive/INFO_UF2.TXT", "SoftDevice: S140 7.2.0");
    const { status, stderr } = await desk.runUntil(
      "press its reset button twice, quickly",
      pressReset,
      ...["nrf52/xiao", "--deploy", "--port", desk.path("drive")],
    );
    assert.equal(status, 0, stderr);
    assert.equal(readFileSync(desk.path("drive/firmware.uf2"), "utf8"), "the program");
  });

  for (const [said, reason] of [
    ["S140 6.1.1", /the board's SoftDevice is "S140 6\.1\.1", and S140 7\.x is needed: host\/FLASH\.md/],
    ["not found", /the board's SoftDevice is "not found"/],
  ] as const) {
    test(`a board with SoftDevice ${said} is left alone`, () => {
      desk.makes({ [HEX]: "", [UF2]: "" });
      desk.write("drive/INFO_UF2.TXT", `Model: x\nSoftDevice: ${said}\n`);
      const { status, stderr } = desk.run("nrf52/xiao", "--deploy", "--port", desk.path("drive"));
      assert.equal(status, 2);
      assert.match(stderr, reason);
      assert.ok(!existsSync(desk.path("drive/firmware.uf2")));
    });
  }

  test("a drive that cannot be written is named", () => {
    desk.makes({ [HEX]: "", [UF2]: "" });
    desk.write("drive/INFO_UF2.TXT", "UF2 Bootloader");
    mkdirSync(desk.path("drive/firmware.uf2"));
    const { status, stderr } = desk.run("nrf52/dk", "--deploy=usb", "--port", desk.path("drive"));
    assert.equal(status, 2);
    assert.match(stderr, /drive cannot be written: EISDIR/);
  });

  test("the debugger is connected after flashing, by mcconfig itself", () => {
    desk.makes({ "bin/xs_esp32.bin": "" });
    assert.equal(desk.run("esp32/esp32s3", "--debug").status, 0);
    assert.deepEqual(targets(), ["build", undefined]);
    assert.ok(desk.calls.every(({ args }) => args.includes("-dx")));
    assert.equal(desk.run("esp32/nodemcu", "--debug=log").status, 0);
    assert.deepEqual(targets(), ["build", undefined]);
    assert.ok(desk.calls.every(({ args }) => args.includes("-dl")));
    desk.makes({ "bin/mc.so": "" });
    assert.equal(desk.run("lin", "--debug").status, 0);
    assert.deepEqual(targets(), ["build", undefined]);
  });
});
