import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { HELP } from "../../host/simulator/help.js";
import { type Options, parseOptions, settingsOf } from "../../host/simulator/options.js";
import { UsageError } from "../../host/simulator/usage-error.js";
import { toHex } from "../../modules/bytes.js";

const uuid = "70cf7c9732a345b691494810d2e9cbf4";

describe("Options that are right", () => {
  test("none are needed", () => {
    const options = parse();
    assert.deepEqual(options, {
      name: "lamp",
      state: join(homedir(), ".local", "state", "fledgling", "lamp"),
      uuid: undefined,
      uri: undefined,
      oobInfo: undefined,
      ether: undefined,
      headless: false,
      json: false,
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
      assert.equal(options.uri, "https://example.com/x");
      assert.equal(options.oobInfo, "0x0002");
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
    const names = ["state", "uuid", "name", "uri", "oob-info", "ether", "headless", "json", "seed", "help"];
    for (const name of names) assert.match(HELP, new RegExp(`^ {2}--${name} `, "m"));
    for (const line of HELP.split("\n")) assert.ok(line.length <= 90, line);
  });

  test("the node's settings have the options' names", () => {
    const settings = settingsOf(parse("--name", "desk", "--uri", "x:y"));
    assert.equal(settings.get("name"), "desk");
    assert.equal(settings.get("uri"), "x:y");
    assert.equal(settings.get("oob-info"), undefined);
    assert.equal(settings.get("state"), undefined);
  });
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
    [["--uuid"], /^--uuid needs a value: HEX, 32 hexadecimal digits$/],
    [["--name"], /^--name needs a value: TEXT$/],
    [["--uri"], /^--uri needs a value: TEXT, such as/],
    [["--oob-info"], /^--oob-info needs a value: BITS/],
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
      assert.throws(
        () => parseOptions(args, {}),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, reason);
          assert.ok(!error.message.includes("\n"));
          return true;
        },
      );
    });
  }
});

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
