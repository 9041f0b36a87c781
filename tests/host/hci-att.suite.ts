/** The ATT server, octet for octet. Core Specification, Vol 3, Part F, 3.4. */

import { AttServer } from "../../host/simulator/hci/att-server.js";
import { GattTable } from "../../host/simulator/hci/gatt-table.js";
import { ascii, fromHex, toHex } from "../../modules/bytes.js";
import type { GattService } from "../../modules/platform.js";
import type { Suite } from "../support/harness.js";
import { PROVISIONING, PROXY } from "./gatt-contract.js";

/** A client's side of a conversation. */
class Client {
  readonly diary: string[] = [];
  readonly server: AttServer;

  constructor(service: GattService | undefined, name = "lamp") {
    this.server = new AttServer(new GattTable(ascii(name), service), {
      send: (pdu) => this.diary.push(toHex(pdu)),
      subscribed: (on) => this.diary.push(`subscribed ${on}`),
      written: (value) => this.diary.push(`written ${toHex(value)}`),
      awaitConfirmation: (on) => this.diary.push(`await ${on}`),
    });
  }

  /** All that comes of one PDU. */
  say(hex: string): readonly string[] {
    this.diary.length = 0;
    this.server.received(octetsOf(hex));
    return this.diary.slice();
  }

  swap(service: GattService | undefined): readonly string[] {
    this.diary.length = 0;
    this.server.swap(new GattTable(ascii("lamp"), service));
    return this.diary.slice();
  }
}

/** Spaces are for people. */
function octetsOf(hex: string): Uint8Array {
  const octets = fromHex(hex.replaceAll(" ", ""));
  if (octets === undefined) throw new Error(`not hexadecimal: ${hex}`);
  return octets;
}

/** A request, and its one answer. */
type Line = readonly [request: string, answer: string];

const DISCOVERY: readonly Line[] = [
  // Primary services: GAP, GATT, Mesh Provisioning; then no more.
  ["10 0100 ffff 0028", "1106 0100 0500 0018 0600 0900 0118 8000 8500 2718"],
  ["10 0600 ffff 0028", "1106 0600 0900 0118 8000 8500 2718"],
  ["10 0200 0500 0028", "0110 0200 0a"],
  ["10 8600 ffff 0028", "0110 8600 0a"],
  ["10 0100 ffff fb349b5f80000080 00100000 0028 0000", "1106 0100 0500 0018 0600 0900 0118 8000 8500 2718"],
  ["10 0100 ffff 0128", "0110 0100 0a"],
  ["10 0100 ffff 0328", "0110 0100 10"],
  ["10 0100 ffff 00349b5f80000080 00100000 0028 0000", "0110 0100 10"],
  // One service by its UUID, in either form.
  ["06 0100 ffff 0028 2718", "07 8000 8500"],
  ["06 0100 ffff 0028 fb349b5f80000080 00100000 2718 0000", "07 8000 8500"],
  ["06 0100 ffff 0028 2818", "0106 0100 0a"],
  ["06 8100 ffff 0028 2718", "0106 8100 0a"],
  ["06 0100 ffff 0328 2718", "0106 0100 0a"],
  // Characteristics: three declarations fit into 23 octets.
  ["08 0100 ffff 0328", "0907 0200 02 0300 002a 0400 02 0500 012a 0700 20 0800 052a"],
  ["08 0800 ffff 0328", "0907 8100 04 8200 db2a 8300 10 8400 dc2a"],
  ["08 8400 8500 0328", "0108 8400 0a"],
  // Values by type.
  ["08 0100 ffff 002a", "0906 0300 6c616d70"],
  ["08 0100 ffff 012a", "0904 0500 0000"],
  ["08 0100 ffff dc2a", "0108 8400 02"],
  ["08 0100 ffff db2a", "0108 8200 02"],
  // Handles and types: five fit.
  ["04 0100 ffff", "0501 0100 0028 0200 0328 0300 002a 0400 0328 0500 012a"],
  ["04 8400 ffff", "0501 8400 dc2a 8500 0229"],
  ["04 0a00 7f00", "0104 0a00 0a"],
];

const READING: readonly Line[] = [
  ["0a 0100", "0b 0018"],
  ["0a 0300", "0b 6c616d70"],
  ["0a 8100", "0b 04 8200 db2a"],
  ["0a 8500", "0b 0000"],
  ["0a 8200", "010a 8200 02"],
  ["0a 8400", "010a 8400 02"],
  ["0a 0800", "010a 0800 02"],
  ["0a 7700", "010a 7700 01"],
  ["0a 0000", "010a 0000 01"],
  ["0c 0300 0000", "0d 6c616d70"],
  ["0c 0300 0200", "0d 6d70"],
  ["0c 0300 0400", "0d"],
  ["0c 0300 0500", "010c 0300 07"],
  ["0c 8400 0000", "010c 8400 02"],
];

const WRONG: readonly Line[] = [
  // No range of handles.
  ["10 0000 ffff 0028", "0110 0000 01"],
  ["08 0500 0400 0328", "0108 0500 01"],
  ["04 0200 0100", "0104 0200 01"],
  ["06 0200 0100 0028 2718", "0106 0200 01"],
  // Too short, too long.
  ["10 0100 ffff 00", "0110 0000 04"],
  ["10 0100 ffff 0028 00", "0110 0000 04"],
  ["08 0100", "0108 0000 04"],
  ["04 0100 ffff 00", "0104 0000 04"],
  ["06 0100 ffff", "0106 0000 04"],
  ["0a 03", "010a 0000 04"],
  ["0a 0300 00", "010a 0000 04"],
  ["0c 0300", "010c 0000 04"],
  ["12 85", "0112 0000 04"],
  ["02 17", "0102 0000 04"],
  ["02 1700 00", "0102 0000 04"],
  [`12 8500 ${"00".repeat(21)}`, "0112 0000 04"],
  // What this server has not: prepared writes, multiple reads, and whatever the future brings.
  ["16 8200 0000 01", "0116 0000 06"],
  ["18 01", "0118 0000 06"],
  ["0e 0300 0500", "010e 0000 06"],
  ["20 0300 0500", "0120 0000 06"],
  ["3e", "013e 0000 06"],
];

const UNANSWERED: readonly string[] = [
  "",
  // Answers that nobody has asked for.
  "01 0a 0300 0a",
  "03 1700",
  "0b 00",
  "13",
  "1e",
  // A notification.
  "1b 0300 00",
  // Commands: signed, unknown, to what cannot be written, too short, too long.
  "d2 8200 00 000000000000000000000000",
  "7e 8200",
  "52 8500 0100",
  "52 8300 00",
  "52 7700 00",
  "52 82",
  `52 8200 ${"00".repeat(21)}`,
];

const finding: Suite = ({ test, equal }) => {
  for (const [name, lines] of [
    ["finds the services, characteristics and descriptors", DISCOVERY],
    ["reads what may be read", READING],
    ["is told what is wrong with a request", WRONG],
  ] as const) {
    test(`a client ${name}`, () => {
      for (const [request, answer] of lines) {
        equal(new Client(PROVISIONING).say(request), [answer.replaceAll(" ", "")], request);
      }
    });
  }

  test("nothing is answered to what is no request", () => {
    for (const octets of UNANSWERED) equal(new Client(PROVISIONING).say(octets), [], octets);
    equal(new Client(PROVISIONING).say("1d 0300 00"), ["1e"], "an indication is confirmed");
  });

  test("without a mesh service, and with the other one, its handles are others", () => {
    equal(new Client(undefined).say("10 0600 ffff 0028"), ["11060600" + "0900" + "0118"]);
    equal(new Client(PROXY).say("10 0700 ffff 0028"), ["11069000" + "9500" + "2818"]);
    equal(new Client(PROXY).say("12 8500 0100"), ["0112850001"]);
    equal(new Client(PROXY).say("52 8200 00"), []);
  });

  test("a name that is longer than an answer is read in parts", () => {
    const name = "A lamp with a name so long 29";
    const client = new Client(PROVISIONING, name);
    equal(client.say("0a 0300"), [`0b${toHex(ascii(name.slice(0, 22)))}`]);
    equal(client.say("0c 0300 1600"), [`0d${toHex(ascii(name.slice(22)))}`]);
    equal(client.say("08 0100 ffff 002a"), [`09150300${toHex(ascii(name.slice(0, 19)))}`]);
  });
};

const writing: Suite = ({ test, equal, throws }) => {
  test("the ATT_MTU is agreed on, and bounds what comes and goes", () => {
    for (const [asked, agreed] of [
      ["1700", 23],
      ["f700", 247],
      ["0502", 517],
      ["ffff", 517],
      ["0500", 23],
    ] as const) {
      const client = new Client(PROVISIONING);
      equal(client.server.mtu, 23);
      equal(client.say(`02 ${asked}`), ["030502"]);
      equal(client.server.mtu, agreed);
      const value = "ab".repeat(agreed - 3);
      equal(client.say(`52 8200 ${value}`), [`written ${value}`]);
      equal(client.say(`52 8200 ${value}cd`), []);
    }
    const client = new Client(PROVISIONING);
    client.say("02 f700");
    equal(client.say("04 0100 ffff"), [
      octets(
        "0501 0100 0028 0200 0328 0300 002a 0400 0328 0500 012a 0600 0028 0700 0328 0800 052a 0900 0229",
        "8000 0028 8100 0328 8200 db2a 8300 0328 8400 dc2a 8500 0229",
      ),
    ]);
  });

  test("Data Out is switched by 1 and 0, and by nothing else [P-6]", () => {
    const client = new Client(PROVISIONING);
    equal(client.say("12 8500 0000"), ["13"]);
    equal(client.say("12 8500 0100"), ["13", "subscribed true"]);
    equal(client.say("12 8500 0100"), ["13"]);
    for (const value of ["0200", "0300", "0001", "ffff"]) {
      equal(client.say(`12 8500 ${value}`), ["0112850013"]);
    }
    for (const value of ["", "01", "010000"]) equal(client.say(`12 8500 ${value}`), ["011285000d"]);
    equal(client.say("0a 8500"), ["0b0100"]);
    client.diary.length = 0;
    client.server.notify(Uint8Array.of(3, 1));
    equal(client.diary, ["1b84000301"]);
    equal(client.say("12 8500 0000"), ["13", "subscribed false"]);
    throws(() => client.server.notify(Uint8Array.of(3, 1)));
  });

  test("Data In takes writes without response only [P-6]", () => {
    const client = new Client(PROVISIONING);
    equal(client.say("52 8200 030005"), ["written 030005"]);
    equal(client.say("52 8200"), ["written "]);
    equal(client.say("12 8200 030005"), ["0112820003"]);
  });

  test("what may not be written says so", () => {
    for (const [handle, error] of [
      ["0100", "03"],
      ["0300", "03"],
      ["8400", "03"],
      ["7700", "01"],
      ["0000", "01"],
    ] as const) {
      equal(new Client(PROVISIONING).say(`12 ${handle} 0100`), [`0112${handle}${error}`]);
    }
  });
};

const swapping: Suite = ({ test, equal }) => {
  test("Service Changed goes to who wants it, and waits for its confirmation [P-1]", () => {
    const client = new Client(PROVISIONING);
    equal(client.say("12 0900 0100"), ["0112090013"], "it cannot be notified");
    equal(client.say("12 0900 0200"), ["13"]);
    equal(client.say("0a 0900"), ["0b0200"]);
    equal(client.swap(PROXY), ["1d08001000ffff", "await true"]);
    equal(client.swap(PROVISIONING), [], "one at a time");
    equal(client.say("1e"), ["await false", "1d08001000ffff", "await true"]);
    equal(client.say("1e"), ["await false"]);
    equal(client.say("1e"), []);
    client.say("12 0900 0000");
    equal(client.swap(PROXY), []);
  });

  test("with the service the subscription goes, and its handles [P-1]", () => {
    const client = new Client(PROVISIONING);
    client.say("12 8500 0100");
    equal(client.swap(PROXY), [], "this client does not want to know");
    equal(client.server.subscribed, false);
    equal(client.say("12 8500 0100"), ["0112850001"]);
    equal(client.say("52 8200 00"), []);
    equal(client.say("10 0700 ffff 0028"), ["11069000" + "9500" + "2818"]);
    equal(client.say("12 9500 0100"), ["13", "subscribed true"]);
    equal(client.say("52 9200 01"), ["written 01"]);
  });
};

function octets(...parts: readonly string[]): string {
  return parts.join("").replaceAll(" ", "");
}

export const suite: Suite = (harness) => {
  finding(harness);
  writing(harness);
  swapping(harness);
};
