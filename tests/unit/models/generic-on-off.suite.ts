/** A lamp and a switch, through the access layer. */

import { toHex } from "../../../modules/bytes.js";
import { GenericOnOffClient } from "../../../modules/models/generic-on-off-client.js";
import {
  decodeGenericOnOffSet,
  decodeGenericOnOffStatus,
  encodeGenericOnOffSet,
  encodeGenericOnOffStatus,
} from "../../../modules/models/generic-on-off-messages.js";
import { GenericOnOffServer } from "../../../modules/models/generic-on-off-server.js";
import type { AccessIncoming } from "../../../modules/transport/upper.js";
import { AccessBench, FIRST, publication } from "../../support/access-bench.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";

const GROUP = 0xc001;
/** Whoever asks. */
const PHONE = 0x0005;

/** A lamp that publishes to a group. */
function lamp() {
  const shown: string[] = [];
  let node: AccessBench | undefined;
  const server = new GenericOnOffServer((isOn) =>
    shown.push(`${isOn ? "on" : "off"} at ${node?.clock.now() ?? "no time"}`),
  );
  node = new AccessBench([[server]]);
  const { clock, upper } = node;
  node.entry(server).bind(0);
  node.entry(server).subscribe(GROUP + 1, undefined);
  node.entry(server).publishTo(publication({ address: GROUP }));
  return {
    server,
    node,
    clock,
    shown,
    hear: (octets: string, from?: Partial<AccessIncoming>) => upper.hear(hex(octets), from),
    /** What has been sent to a destination since the last time, with when. */
    take: (dst: number) => {
      const taken = upper.sent.filter((message) => message.dst === dst);
      upper.sent.splice(0, upper.sent.length, ...upper.sent.filter((message) => message.dst !== dst));
      return taken.map(({ atMs, accessPdu }) => `${toHex(accessPdu)} at ${atMs}`);
    },
  };
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("the messages, octet for octet, both ways", () => {
    const sets = [
      ["0005", { isOn: false, tid: 5, transition: undefined }],
      ["01ff", { isOn: true, tid: 0xff, transition: undefined }],
      ["01070a03", { isOn: true, tid: 7, transition: { timeMs: 1000, delayMs: 15 } }],
      ["000700ff", { isOn: false, tid: 7, transition: { timeMs: 0, delayMs: 1275 } }],
    ] as const;
    for (const [octets, fields] of sets) {
      equal(decodeGenericOnOffSet(hex(octets)), fields);
      equal(toHex(encodeGenericOnOffSet(fields)), octets);
    }
    const statuses = [
      ["00", { isOn: false, transition: undefined }],
      ["01", { isOn: true, transition: undefined }],
      ["01000a", { isOn: true, transition: { target: false, remainingMs: 1000 } }],
      ["00013f", { isOn: false, transition: { target: true, remainingMs: undefined } }],
    ] as const;
    for (const [octets, fields] of statuses) {
      equal(decodeGenericOnOffStatus(hex(octets)), fields);
      equal(toHex(encodeGenericOnOffStatus(fields)), octets);
    }
  });

  test("times that the fields cannot say: the longest that they can", () => {
    const transition = { timeMs: 40_000_000, delayMs: 1280 };
    equal(toHex(encodeGenericOnOffSet({ isOn: true, tid: 7, transition })), "0107feff");
  });

  test("lengths and values that are prohibited", () => {
    for (const octets of ["", "01", "010700", "0107000000", "0207", "ff07", "01073f00", "0107ff00"]) {
      equal(decodeGenericOnOffSet(hex(octets)), undefined, octets);
    }
    for (const octets of ["", "02", "0100", "020041", "010241", "01004100"]) {
      equal(decodeGenericOnOffStatus(hex(octets)), undefined, octets);
    }
  });

  test("get, set, get", () => {
    const { hear, clock, take, server, shown } = lamp();
    hear("8201");
    clock.advance(100);
    equal(take(PHONE), ["820400 at 20"]);
    hear("82020101");
    equal(server.isOn, true);
    clock.advance(100);
    equal(take(PHONE), ["820401 at 120"]);
    hear("8201");
    clock.advance(100);
    equal(take(PHONE), ["820401 at 220"]);
    hear("82020002");
    clock.advance(100);
    equal(take(PHONE), ["820400 at 320"]);
    equal(shown, ["on at 100", "off at 300"]);
  });

  test("an unacknowledged set is not answered, and published all the same", () => {
    const { hear, clock, take, server } = lamp();
    hear("82030101");
    clock.advance(1000);
    equal(server.isOn, true);
    equal(take(PHONE), []);
    equal(take(GROUP), ["820401 at 20"]);
  });

  test("only a change is shown and published", () => {
    const { hear, clock, take, shown } = lamp();
    hear("82020001");
    clock.advance(1000);
    equal(take(PHONE), ["820400 at 20"]);
    equal(take(GROUP), []);
    equal(shown, []);
  });

  test("on is on from the beginning of a transition", () => {
    const { hear, clock, take, shown } = lamp();
    hear("820201010a00");
    equal(shown, ["on at 0"]);
    clock.advance(500);
    equal(take(PHONE), ["820401010a at 20"]);
    hear("8201");
    clock.advance(400);
    equal(take(PHONE), ["8204010105 at 520"]);
    equal(take(GROUP), [], "not before its end");
    clock.advance(1000);
    equal(take(GROUP), ["820401 at 1020"]);
    hear("8201");
    clock.advance(100);
    equal(take(PHONE), ["820401 at 1920"]);
    equal(shown, ["on at 0"]);
  });

  test("off is off at the end of a transition", () => {
    const { hear, clock, take, shown, server } = lamp();
    server.set(true);
    take(GROUP);
    hear("820200010a00");
    clock.advance(999);
    equal(take(PHONE), ["820401000a at 20"]);
    equal(server.isOn, true);
    clock.advance(1);
    equal(server.isOn, false);
    clock.advance(1000);
    equal(take(GROUP), ["820400 at 1020"]);
    equal(shown, ["on at 0", "off at 1000"]);
  });

  test("nothing changes before the delay is over", () => {
    const { hear, clock, take, shown } = lamp();
    hear("820201010a64");
    clock.advance(400);
    equal(take(PHONE), ["820400010f at 20"]);
    equal(shown, []);
    clock.advance(200);
    equal(shown, ["on at 500"]);
    clock.advance(1000);
    equal(take(GROUP), ["820401 at 1520"]);
  });

  test("a delay without a transition", () => {
    const { hear, clock, take, shown } = lamp();
    hear("820301010064");
    clock.advance(5000);
    equal(shown, ["on at 500"]);
    equal(take(GROUP), ["820401 at 520"]);
  });

  test("a transition to where it is already does not take place", () => {
    const { hear, clock, take, shown } = lamp();
    hear("820200014a00");
    clock.advance(20_000);
    equal(take(PHONE), ["820400 at 20"]);
    equal(take(GROUP), []);
    equal(shown, []);
  });

  test("a transition of more than two seconds is reported when it begins, too", () => {
    const { hear, clock, take } = lamp();
    hear("820301014300");
    clock.advance(1000);
    equal(take(GROUP), ["820401011e at 20"]);
    clock.advance(4000);
    equal(take(GROUP), ["820401 at 3020"]);
  });

  test("a new set ends a transition or a delay, and a person does", () => {
    const { hear, clock, take, server, shown } = lamp();
    hear("820301014a00");
    clock.advance(2000);
    hear("82030002");
    equal(server.isOn, false);
    clock.advance(20_000);
    equal(shown, ["on at 0", "off at 2000"]);
    hear("8203010300c8");
    clock.advance(500);
    server.set(false);
    clock.advance(20_000);
    equal(shown.length, 2);
    hear("820301044a64");
    server.set(true);
    clock.advance(20_000);
    equal(shown.length, 3);
    equal(take(GROUP).at(-1), "820401 at 42500");
    hear("8201");
    clock.advance(100);
    equal(take(PHONE), ["820401 at 62520"]);
  });

  test("a transition that is cut short where it already is has ended, and that is published", () => {
    const { hear, clock, take, server } = lamp();
    hear("820301010a00");
    clock.advance(500);
    hear("82030102");
    clock.advance(1000);
    equal(take(GROUP), ["820401 at 520"], "on from the beginning: at once");
    hear("820300031400");
    clock.advance(100);
    hear("820301041400");
    clock.advance(10_000);
    equal(take(GROUP), ["820401 at 1620"], "it does not go off");
    hear("820300051400");
    clock.advance(100);
    server.set(true);
    clock.advance(10_000);
    equal(take(GROUP), ["820401 at 11700"], "by a person");
    hear("820300061400");
    clock.advance(100);
    hear("820301070014");
    clock.advance(10_000);
    equal(take(GROUP), ["820401 at 21920"], "after a delay");
    hear("82030108");
    server.set(true);
    clock.advance(10_000);
    equal(take(GROUP), [], "once");
  });

  test("the same transaction is obeyed once, for six seconds, and acknowledged each time", () => {
    const { hear, clock, take, server } = lamp();
    hear("82020107");
    server.set(false);
    clock.advance(5999);
    hear("82020107");
    equal(server.isOn, false, "still the first one");
    clock.advance(1);
    hear("82020107");
    equal(server.isOn, true, "a new one");
    clock.advance(1000);
    equal(take(PHONE), ["820401 at 20", "820400 at 6019", "820401 at 6020"]);
  });

  test("another identifier, source or destination is another transaction", () => {
    const { hear, server } = lamp();
    hear("82020107");
    server.set(false);
    hear("82020108");
    equal(server.isOn, true);
    server.set(false);
    hear("82020108", { src: 0x0006 });
    equal(server.isOn, true);
    server.set(false);
    hear("82020108", { dst: GROUP + 1 });
    equal(server.isOn, true);
    server.set(false);
    hear("82020108");
    equal(server.isOn, false, "as before");
  });

  test("more sources than are remembered: the oldest is forgotten [T-D2]", () => {
    const { hear, clock, server } = lamp();
    for (let src = 1; src <= 9; src++) {
      hear("82030107", { src });
      clock.advance(10);
    }
    server.set(false);
    hear("82030107", { src: 9 });
    hear("82030107", { src: 2 });
    equal(server.isOn, false);
    hear("82030107", { src: 1 });
    equal(server.isOn, true);
  });

  test("prohibited values are neither obeyed nor answered", () => {
    const { hear, clock, take, server } = lamp();
    for (const octets of ["82020207", "8202010700", "820201073f00", "82030307"]) hear(octets);
    clock.advance(1000);
    equal(server.isOn, false);
    equal(take(PHONE), []);
    equal(take(GROUP), []);
  });

  test("a person switches, and it is published at once", () => {
    const { clock, take, server, shown } = lamp();
    clock.advance(100);
    server.set(true);
    server.set(true);
    equal(take(GROUP), ["820401 at 100"]);
    equal(shown, ["on at 100"]);
  });

  test("a period publishes the state as it is", () => {
    const { clock, take, server, node } = lamp();
    node.entry(server).publishTo(publication({ address: GROUP, period: 0x41 }));
    clock.advance(1100);
    equal(take(GROUP), ["820400 at 20", "820400 at 990"]);
  });

  test("a lamp without a network can be switched, before and after", () => {
    const shown: boolean[] = [];
    const server = new GenericOnOffServer((isOn) => shown.push(isOn));
    server.set(true);
    const node = new AccessBench([[server]]);
    node.entry(server).bind(0);
    equal(server.isOn, true);
    node.upper.hear(hex("820300014a00"));
    node.access.stop();
    node.clock.advance(60_000);
    equal(server.isOn, true, "the transition has ended where it was");
    server.set(false);
    equal(shown, [true, false]);
    const next = new AccessBench([[server]]);
    next.entry(server).bind(0);
    ok(next.upper.hear(hex("820301014a00")), "the same transaction identifier, in another network");
    equal(server.isOn, true);
  });

  test("a switch publishes set unacknowledged, each time as a new transaction", () => {
    const client = new GenericOnOffClient();
    equal(client.set(true), false, "there is no network");
    const node = new AccessBench([[client]]);
    equal(client.set(true), false, "there is no publication");
    node.entry(client).bind(0);
    node.entry(client).publishTo(publication({ address: GROUP, retransmit: 0x01, period: 0x41 }));
    equal(client.set(true), true);
    equal(client.set(false), true);
    node.clock.advance(5000);
    equal(
      node.upper.sent.map(({ accessPdu }) => toHex(accessPdu)),
      ["82030103", "82030004", "82030004"],
    );
    for (let i = 0; i < 252; i++) client.set(true);
    equal(toHex(node.upper.sent.at(-1)?.accessPdu ?? hex("")), "82030100");
    node.access.stop();
    equal(client.set(true), false);
  });

  test("a switch hears what lamps say of themselves", () => {
    const heard: string[] = [];
    const client = new GenericOnOffClient((src, isOn) => heard.push(`${src} ${isOn}`));
    const node = new AccessBench([[client]]);
    node.entry(client).bind(0);
    for (const octets of ["820401", "820401000a", "820400", "820402", "8204010200", "82040100"]) {
      node.upper.hear(hex(octets), { src: 0x0042 });
    }
    equal(heard, ["66 true", "66 true", "66 false"]);
    const deaf = new GenericOnOffClient();
    const other = new AccessBench([[deaf]]);
    other.entry(deaf).bind(0);
    ok(other.upper.hear(hex("820401")));
  });

  test("lamp and switch share one element", () => {
    const server = new GenericOnOffServer(() => {});
    const client = new GenericOnOffClient();
    const node = new AccessBench([[server, client]]);
    node.entry(server).bind(0);
    node.entry(client).bind(0);
    ok(node.upper.hear(hex("82030101"), { dst: FIRST }));
    ok(node.upper.hear(hex("820401"), { dst: FIRST }));
    equal(server.isOn, true);
  });
};
