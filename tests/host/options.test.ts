import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, describe, test } from "node:test";
import { HELP } from "../../host/simulator/help.js";
import { type Options, parseOptions, settingsOf } from "../../host/simulator/options.js";
import { UsageError } from "../../host/simulator/usage-error.js";
import { toHex } from "../../modules/bytes.js";

/** Every option that is handed to the node, with a value. */
const SETTINGS: Readonly<Record<string, string>> = {
  name: "desk",
  uri: "https://example.com/x",
  "oob-info": "0x0002",
  algorithms: "both",
  profile: "standard",
  "static-oob": "00112233445566778899aabbccddeeff",
  output: "blink,number",
  input: "none",
  "counted-digits": "2",
  "text-digits": "8",
  "no-oob": "refuse",
  "oob-key": "18".repeat(32),
  "replay-delay": "0",
};
const SECRETS = ["static-oob", "oob-key"];

const scratch = mkdtempSync(join(tmpdir(), "fledgling-options-"));
after(() => rmSync(scratch, { recursive: true }));

const uuid = "70cf7c9732a345b691494810d2e9cbf4";

describe("Options that are right", () => {
  test("none are needed", () => {
    const options = parse();
    assert.deepEqual(options, {
      name: "lamp",
      state: join(homedir(), ".local", "state", "fledgling", "lamp"),
      uuid: undefined,
      settings: new Map([["name", "lamp"]]),
      ether: undefined,
      radio: undefined,
      engine: "node",
      headless: false,
      json: false,
      label: false,
      seed: undefined,
    });
  });

  test("all can be given, in either way of writing", () => {
    for (const args of [
      ["--name", "desk", "--state", "/s", "--uuid", uuid, "--uri", "https://example.com/x"],
      ["--name=desk", "--state=/s", `--uuid=${uuid}`, "--uri=https://example.com/x"],
    ]) {
      const options = parse(
        ...args,
        "--oob-info",
        "0x0002",
        "--ether",
        "/e",
        "--json",
        "--headless",
        "--seed=7",
      );
      assert.equal(options.name, "desk");
      assert.equal(options.state, "/s");
      assert.equal(toHex(options.uuid ?? new Uint8Array()), uuid);
      assert.deepEqual(Object.fromEntries(options.settings), {
        name: "desk",
        uri: "https://example.com/x",
        "oob-info": "0x0002",
      });
      assert.equal(options.ether, "/e");
      assert.deepEqual([options.json, options.headless, options.seed], [true, true, 7]);
    }
  });

  test("a UUID may be written in groups and in capital letters", () => {
    const options = parse("--uuid", "70CF7C97-32A3-45B6-9149-4810D2E9CBF4");
    assert.equal(toHex(options.uuid ?? new Uint8Array()), uuid);
  });

  test("a seed goes from 0 to the largest of 32 bits", () => {
    assert.equal(parse("--seed", "0").seed, 0);
    assert.equal(parse("--seed", "4294967295").seed, 0xffffffff);
  });

  test("a value that begins with a dash is given with =", () => {
    assert.equal(parse("--name=-x-").name, "-x-");
  });

  test("help is asked for, and its page names every option in lines that fit a terminal", () => {
    assert.equal(parseOptions(["--help"], {}), "help");
    assert.equal(parseOptions(["--json", "--help"], {}), "help");
    const others = [
      "state",
      "uuid",
      "ether",
      "radio",
      "engine",
      "headless",
      "json",
      "seed",
      "help",
      "label",
      "oob-only",
    ];
    const names = [...others, ...Object.keys(SETTINGS)];
    for (const name of names) assert.match(HELP, new RegExp(`^ {2}--${name} `, "m"));
    for (const line of HELP.split("\n")) assert.ok(line.length <= 90, line);
  });

  test("the node's settings have the options' names, and no others are among them", () => {
    for (const [name, value] of Object.entries(SETTINGS)) {
      assert.equal(settingsOf(parse(`--${name}`, value)).get(name), value);
      assert.equal(settingsOf(parse(`--${name}=${value}`)).get(name), value);
    }
    const all = Object.entries(SETTINGS).flatMap(([name, value]) => [`--${name}`, value]);
    const { settings } = parse(...all, "--oob-only", "--state", "/s", "--label");
    assert.deepEqual(Object.fromEntries(settings), { ...SETTINGS, "oob-only": "true" });
    assert.equal(settingsOf(parse()).get("oob-only"), undefined);
    assert.equal(settingsOf(parse()).get("name"), "lamp");
  });

  test("the node runs under Node or XS", () => {
    assert.equal(parse("--engine", "xs").engine, "xs");
    assert.equal(parse("--engine=node").engine, "node");
  });

  test("a label is asked for", () => {
    assert.equal(parse("--label").label, true);
  });
});

describe("The radio", () => {
  test("is the ether, or an adapter", () => {
    assert.equal(parse("--radio", "ether", "--ether", "/e").radio, undefined);
    assert.deepEqual(parse("--radio", "hci:hci0").radio, { kind: "adapter", number: 0 });
    assert.deepEqual(parse("--radio=hci:[::1]:9").radio, { kind: "tcp", host: "::1", port: 9 });
  });

  test("at a path is meant from where the user stands", () => {
    const environment = { npm_lifecycle_event: "start", INIT_CWD: "/home/me" };
    for (const [where, path, baud] of [
      ["bt/bt-server-le", "/home/me/bt/bt-server-le", 1_000_000],
      ["/dev/ttyUSB0@115200", "/dev/ttyUSB0", 115_200],
    ] as const) {
      const options = parseOptions(["--radio", `hci:${where}`], environment);
      assert.ok(options !== "help");
      assert.deepEqual(options.radio, { kind: "path", path, baud });
    }
  });
});

describe("A secret from a file", () => {
  for (const name of SECRETS) {
    test(`--${name} @FILE takes the only line, however it ends`, () => {
      for (const content of ["00ff", "00ff\n", "00ff\r\n"]) {
        assert.equal(parse(`--${name}`, `@${fileOf(content)}`).settings.get(name), "00ff");
      }
    });

    test(`--${name} @FILE is refused where there is no such line, and nothing of the file is shown`, () => {
      for (const [content, reason] of [
        ["", /is empty$/],
        ["\n", /is empty$/],
        ["00ff\n00ff\n", /holds more than one line of hexadecimal digits$/],
        ["00ff".repeat(300), /holds more than one line/],
        ["00ff".repeat(100_000), /holds more than one line/],
      ] as const) {
        const message = complaintOf(`--${name}`, `@${fileOf(content)}`);
        assert.match(message, reason);
        assert.ok(message.startsWith(`--${name}: `) && !message.includes("00ff"), message);
      }
      assert.match(complaintOf(`--${name}=@${scratch}`), /cannot be read: EISDIR: illegal operation/);
      assert.match(complaintOf(`--${name}=@${join(scratch, "nowhere")}`), /cannot be read: ENOENT: no such/);
      assert.equal(complaintOf(`--${name}=@`), `--${name}: after @ the path of a file is needed`);
      assert.match(complaintOf(`--${name}=@a\0b`), /cannot hold a zero character$/);
    });
  }

  test("is meant from where the user stands", () => {
    writeFileSync(join(scratch, "here"), "00ff\n");
    const environment = { npm_lifecycle_event: "start", INIT_CWD: scratch };
    const options = parseOptions(["--static-oob=@here"], environment);
    assert.ok(options !== "help");
    assert.equal(options.settings.get("static-oob"), "00ff");
  });
});

test("A complaint never repeats a part of a secret", () => {
  for (const name of SECRETS) {
    for (const args of [
      [`--${name}`, "00112233", "44556677"],
      [`--${name}`, "-44556677"],
      [`--${name}=44556677`, `--${name}=44556677`],
      [`--${name}=44556677`, "--uuid=1"],
    ]) {
      assert.doesNotMatch(complaintOf(...args), /44556677/);
    }
  }
});

describe("The state folder", () => {
  test("is where the user's environment wants state to be", () => {
    assert.equal(stateOf("lamp", { XDG_STATE_HOME: "/var/x" }), "/var/x/fledgling/lamp");
    const usual = join(homedir(), ".local", "state", "fledgling", "lamp");
    assert.equal(stateOf("lamp", { XDG_STATE_HOME: "relative" }), usual);
    assert.equal(stateOf("lamp", { XDG_STATE_HOME: "" }), usual);
  });

  test("is another one for every name, and stays in its place whatever the name", () => {
    const names = ["lamp", "Lamp", "a b", "a-b", "a/b", "..", "../../x", "Küche", "💡"];
    const folders = names.map((name) => stateOf(name, { XDG_STATE_HOME: "/x" }));
    assert.equal(new Set(folders).size, names.length);
    for (const folder of folders) assert.match(folder, /^\/x\/fledgling\/[a-z0-9_-]+$/);
  });

  test("is meant from where the user stands, not from where npm starts the program", () => {
    const fromNpm = { npm_lifecycle_event: "start", INIT_CWD: "/home/me" };
    assert.equal(parse("--state", "x").state, resolve("x"));
    assert.equal(stateOption("x", fromNpm), "/home/me/x");
    assert.equal(stateOption("/x", fromNpm), "/x");
    assert.equal(stateOption("x", { ...fromNpm, npm_lifecycle_event: "test" }), resolve("x"));
  });
});

describe("Options that are wrong are refused in one line that names them", () => {
  for (const [args, reason] of [
    [["--colour"], /^--colour is no option of the simulator; see --help$/],
    [["--colour", "red"], /^--colour is no option/],
    [["--no-json"], /^--no-json is no option/],
    [["--constructor", "x"], /^--constructor is no option/],
    [["--__proto__", "x"], /^--__proto__ is no option/],
    [["-h"], /^-h is no option/],
    [["lamp"], /^"lamp" is no option; options begin with --/],
    [["--", "lamp"], /^"lamp" is no option/],
    [["--json", "--json"], /^--json is given twice$/],
    [["--seed=1", "--seed=1"], /^--seed is given twice$/],
    [["--json=yes"], /^--json takes no value$/],
    [["--headless="], /^--headless takes no value$/],
    [["--state"], /^--state needs a value: DIR, a folder$/],
    [["--state="], /^--state needs a value/],
    [["--state", ""], /^--state needs a value/],
    [["--state", "--json"], /^--state needs a value.*write --state=--json/],
    [["--ether"], /^--ether needs a value: PATH/],
    [["--radio"], /^--radio needs a value: ether, or hci:WHERE such as hci:hci0$/],
    [["--radio", "hci0"], /^--radio: "hci0" is neither ether nor hci:WHERE, such as hci:hci0; see --help$/],
    [["--radio", "hci:"], /^--radio: "hci:" is neither/],
    [["--radio", "usb"], /^--radio: "usb" is neither/],
    [["--engine", "v8"], /^--engine: "v8" is neither node nor xs$/],
    [["--engine", "XS"], /^--engine: "XS" is neither node nor xs$/],
    [["--engine"], /^--engine needs a value: node or xs$/],
    [["--radio", "hci:localhost:99999"], /^--radio: /],
    [["--radio", "hci:a\0b"], /^--radio: a path cannot hold a zero character$/],
    [["--radio=hci:hci0", "--ether=/e"], /^--ether: the radio is a Bluetooth adapter, as --radio says/],
    [["--uuid"], /^--uuid needs a value: HEX, 32 hexadecimal digits$/],
    [["--name"], /^--name needs a value: TEXT$/],
    [["--uri"], /^--uri needs a value: TEXT, such as/],
    [["--oob-info"], /^--oob-info needs a value: BITS/],
    [["--algorithms"], /^--algorithms needs a value: cmac, hmac or both$/],
    [["--profile="], /^--profile needs a value: standard or cmacOnly$/],
    [["--static-oob"], /^--static-oob needs a value: HEX, 32 or 64 hexadecimal digits, or @FILE$/],
    [["--output", ""], /^--output needs a value: LIST, such as number or blink,beep; or none$/],
    [["--input"], /^--input needs a value: LIST, such as number or push,twist; or none$/],
    [["--counted-digits"], /^--counted-digits needs a value: N, a digit from 1 to 8$/],
    [["--text-digits", "--json"], /^--text-digits needs a value: N, a digit from 1 to 8; write/],
    [["--no-oob"], /^--no-oob needs a value: allow or refuse$/],
    [["--oob", "allow"], /^--oob is no option/],
    [["--oob-key"], /^--oob-key needs a value: HEX, 64 hexadecimal digits, or @FILE$/],
    [["--oob-only=true"], /^--oob-only takes no value$/],
    [["--no-oob-only"], /^--no-oob-only is no option/],
    [["--output", "blink", "beep"], /^"beep" is no option/],
    [["--input=push", "--input=twist"], /^--input is given twice$/],
    [["--label=x"], /^--label takes no value$/],
    [["--label", "--json"], /^--label: a label is for people to read; --json has none$/],
    [["--seed"], /^--seed needs a value: N, a whole number$/],
    [["--uuid", uuid.slice(1)], /^--uuid: "0cf.*" is not 32 hexadecimal digits$/],
    [["--uuid", `${uuid}00`], /^--uuid: .* is not 32/],
    [["--uuid", uuid.replace("7", "g")], /^--uuid: .* is not 32/],
    [["--uuid", "x"], /^--uuid: "x" is not 32/],
    [["--seed", "one"], /^--seed: "one" is not a whole number from 0 to 4294967295$/],
    [["--seed", "4294967296"], /^--seed: /],
    [["--seed=-1"], /^--seed: "-1"/],
    [["--seed", "1.5"], /^--seed: /],
    [["--seed", "0x10"], /^--seed: /],
    [["--seed", " 1"], /^--seed: /],
    [["--name", " "], /^--name: /],
    [["--name", "a\nb"], /^--name: /],
    [["--name", "\u001b[2J"], /^--name: /],
    [["--name", "x".repeat(30)], /^--name: 1 to 29/],
    [["--name", "ü".repeat(15)], /^--name: /],
    [["--state", "a\0b"], /^--state: /],
  ] as const) {
    test(JSON.stringify(args), () => {
      assert.match(complaintOf(...args), reason);
    });
  }
});

/** A file with this content. */
function fileOf(content: string): string {
  const path = join(scratch, "secret");
  writeFileSync(path, content);
  return path;
}

/** What is said of these options: one line. */
function complaintOf(...args: readonly string[]): string {
  try {
    parseOptions(args, {});
  } catch (error) {
    assert.ok(error instanceof UsageError);
    assert.ok(!error.message.includes("\n"));
    return error.message;
  }
  assert.fail("nothing is said");
}

function parse(...args: readonly string[]): Options {
  const options = parseOptions(args, {});
  assert.ok(options !== "help");
  return options;
}

function stateOf(name: string, environment: Readonly<Record<string, string>>): string {
  const options = parseOptions([`--name=${name}`], environment);
  assert.ok(options !== "help");
  return options.state;
}

function stateOption(path: string, environment: Readonly<Record<string, string>>): string {
  const options = parseOptions(["--state", path], environment);
  assert.ok(options !== "help");
  return options.state;
}
