/** One client's connection. MshPRT 6.3.2, 7.1.3, 7.2.3. */

import { GattBearer } from "../../../modules/bearer/gatt-bearer.js";
import { MeshProxyService } from "../../../modules/bearer/mesh-services.js";
import type { ProxyLink, ProxySender } from "../../../modules/bearer/proxy-link.js";
import { ProxyLinks } from "../../../modules/bearer/proxy-links.js";
import { ProxyMessageType } from "../../../modules/bearer/proxy-pdu.js";
import { toHex } from "../../../modules/bytes.js";
import { FakeClock } from "../../support/fake-clock.js";
import { GattDouble, type GattDoubleOptions, proxyPdus } from "../../support/gatt-double.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";

/** Someone who says one thing after the other. */
class Speaker implements ProxySender {
  readonly messageType: ProxyMessageType;
  readonly words: string[];
  sentCount = 0;

  constructor(messageType: ProxyMessageType, words: readonly string[]) {
    this.messageType = messageType;
    this.words = [...words];
  }

  next(message: Uint8Array): number {
    const word = this.words.shift();
    if (word === undefined) return 0;
    message.set(hex(word));
    return word.length / 2;
  }

  sent(): void {
    this.sentCount++;
  }
}

/** The links of a service for all but provisioning, and what they say. */
class Bench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly gatt: GattDouble;
  readonly diary: string[] = [];
  readonly heard: string[] = [];
  readonly links: ProxyLinks;
  link: ProxyLink | undefined;

  constructor(options: GattDoubleOptions = {}) {
    const { clock, trace } = this;
    this.gatt = new GattDouble(clock, options);
    const { NetworkPdu, MeshBeacon, ProxyConfiguration } = ProxyMessageType;
    const types = [NetworkPdu, MeshBeacon, ProxyConfiguration];
    this.links = new ProxyLinks({
      ...{ gattServer: this.gatt, clock, trace, layer: "proxy", types, service: MeshProxyService },
      listener: {
        connected: (link) => {
          this.link = link;
          this.diary.push(`connected ${link.connection}`);
          for (const type of types) {
            link.receive(type, {
              received: (message) => this.heard.push(`${link.connection}: ${type} ${toHex(message)}`),
            });
          }
        },
        opened: (link) => this.diary.push(`opened ${link.connection}`),
        disconnected: (link) => this.diary.push(`disconnected ${link.connection}`),
        idle: (link) => this.diary.push(`idle ${link.connection}`),
      },
    });
    this.links.serve();
  }

  get theLink(): ProxyLink {
    if (this.link === undefined) throw new Error("nobody has connected");
    return this.link;
  }

  say(messageType: ProxyMessageType, ...words: string[]): Speaker {
    const speaker = new Speaker(messageType, words);
    this.theLink.request(speaker);
    return speaker;
  }
}

const LONG = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b";

export const suite: Suite = ({ test, equal }) => {
  test("nothing leaves before the client has subscribed, and then all of it [MPXS/BV-05, MPS/BV-08]", () => {
    const { gatt, clock, diary, say } = talkative();
    gatt.connect();
    const speaker = say(0, "aa", "bb");
    clock.advance(1000);
    equal([gatt.take(), gatt.tooEarly], [[], 0]);
    equal(diary, ["connected 1"]);
    gatt.subscribe();
    equal(gatt.take(), [], "in a later turn");
    clock.advance(0);
    equal(gatt.take(), ["00aa", "00bb"]);
    equal(speaker.sentCount, 2);
    equal(diary, ["connected 1", "opened 1", "idle 1"]);
  });

  test("who unsubscribes hears nothing until it subscribes anew; the link is opened once", () => {
    const { gatt, clock, diary, say } = talkative();
    gatt.join();
    gatt.subscribe(1, false);
    say(0, "aa");
    clock.advance(100_000);
    equal([gatt.take(), gatt.tooEarly], [[], 0]);
    gatt.subscribe(1, true);
    clock.advance(0);
    equal(gatt.take(), ["00aa"]);
    equal(diary.filter((line) => line === "opened 1").length, 1);
  });

  test("what is written before the subscription is dropped, and the connection stays", () => {
    const { gatt, trace, heard, clock } = talkative();
    gatt.connect();
    gatt.write(["00aabb", "ff"]);
    clock.advance(0);
    equal(heard, []);
    equal(trace.reasons, ["notSubscribed", "notSubscribed"]);
    gatt.subscribe();
    gatt.write(["00aabb"]);
    equal(heard, ["1: 0 aabb"]);
    equal(gatt.isConnected(), true);
  });

  test("a client that does not subscribe for 60 s is sent away", () => {
    const { gatt, clock, trace, diary } = talkative();
    gatt.connect();
    clock.advance(59_999);
    equal(gatt.isConnected(), true);
    clock.advance(1);
    equal(gatt.isConnected(), false);
    equal(trace.eventsOf("proxy"), ["connected", "linkTimeout", "disconnected"]);
    equal(diary, ["connected 1", "disconnected 1"]);
  });

  test("every segment but the last is full, by the ATT_MTU of that moment [PROX/BV-02, PROX/BV-03]", () => {
    const { gatt, clock, say } = talkative();
    gatt.join();
    for (const mtu of [23, 25, 31, 32, 69, 247, 517]) {
      gatt.exchangeMtu(mtu);
      say(0, LONG);
      clock.advance(0);
      equal(gatt.take(), proxyPdus(0, LONG, mtu - 3));
    }
  });

  test("when GATT is full the rest leaves later; messages never mix, and senders take turns", () => {
    const { gatt, clock, say } = talkative({ room: 1 });
    gatt.join();
    const first = say(0, LONG, "aa");
    const second = say(1, "bb");
    clock.advance(0);
    const came = gatt.take();
    equal(first.sentCount, 0);
    for (let i = 0; i < 4; i++) {
      gatt.drain();
      came.push(...gatt.take());
    }
    equal(came, [...proxyPdus(0, LONG), "01bb", "00aa"]);
    equal([first.sentCount, second.sentCount], [2, 1]);
  });

  test("messages of each type go to their receiver, whole or in segments [PROX/BV-04, PROX/BV-05]", () => {
    const { gatt, heard } = talkative();
    gatt.join();
    gatt.write([...proxyPdus(0, LONG), "01cc", ...proxyPdus(2, LONG, 5)]);
    equal(heard, [`1: 0 ${LONG}`, "1: 1 cc", `1: 2 ${LONG}`]);
  });

  test("a type that is reserved or not for this service is ignored, the connection stays [PROX/BI-01]", () => {
    const { gatt, clock, trace, heard } = talkative();
    gatt.join();
    gatt.write(["0300", "04aa", "3f", "00aa"]);
    clock.advance(0);
    equal(heard, ["1: 0 aa"]);
    equal(trace.reasons, ["reservedType", "reservedType", "reservedType"]);
    equal(gatt.closed, []);
  });

  test("a segment out of turn or a message too long ends the connection", () => {
    for (const [pdus, reason] of [
      [["8000"], "unexpectedSar"],
      [["4000", "0000"], "unexpectedSar"],
      [["4000", "8100"], "unexpectedSar"],
      [proxyPdus(0, "00".repeat(30)), "badLength"],
      [proxyPdus(1, "00".repeat(28)), "badLength"],
    ] as const) {
      const { gatt, clock, trace, heard, diary, say } = talkative();
      gatt.join();
      say(0, "aa");
      gatt.write([...pdus, "00dd"]);
      clock.advance(0);
      equal(gatt.closed, [1]);
      equal(trace.reasons, [reason, "linkClosing"]);
      equal(heard, [], "and nothing is taken from it any more");
      equal(diary, ["connected 1", "opened 1", "disconnected 1"]);
    }
  });

  test("the rest of a message may take 20 s, counted from its first segment", () => {
    const { gatt, clock, trace, heard } = talkative();
    gatt.join();
    gatt.write(["4001"]);
    clock.advance(19_000);
    gatt.write(["8002"]);
    clock.advance(999);
    gatt.write(["c003"]);
    clock.advance(30_000);
    equal(heard, ["1: 0 010203"]);
    gatt.write(["4001"]);
    clock.advance(19_000);
    gatt.write(["8002"]);
    clock.advance(1_000);
    equal(gatt.isConnected(), false);
    equal(trace.eventsOf("proxy").slice(-2), ["sarTimedOut", "disconnected"]);
  });

  test("a link is idle when nobody has more to say and GATT has sent it all", () => {
    const bench = new Bench({ room: 2 });
    const { gatt, clock } = bench;
    gatt.join();
    equal(bench.theLink.isIdle, true);
    bench.say(0, "aa");
    equal(bench.theLink.isIdle, false);
    clock.advance(0);
    equal(bench.theLink.isIdle, false);
    gatt.drain();
    equal(bench.theLink.isIdle, true);
  });

  test("each connection begins with nothing of the one before", () => {
    const bench = new Bench({ room: 1 });
    const { gatt, clock, heard } = bench;
    gatt.join();
    gatt.write(["4001"]);
    bench.say(0, LONG);
    clock.advance(0);
    gatt.leave();
    gatt.join();
    clock.advance(0);
    gatt.write(["00bb"]);
    equal(heard, ["1: 0 bb"]);
    equal(gatt.take(), []);
    clock.advance(30_000);
    equal(gatt.isConnected(), true);
  });

  test("clients do not hear each other's messages; who comes beyond the room is told by nobody", () => {
    const bench = new Bench({ maxConnections: 2 });
    const { gatt, clock, heard } = bench;
    gatt.join(1);
    equal(bench.links.hasRoom, true);
    gatt.join(2);
    equal(bench.links.hasRoom, false);
    bench.say(0, "aa");
    clock.advance(0);
    equal([gatt.take(1), gatt.take(2)], [[], ["00aa"]]);
    gatt.write(["0001"], 1);
    gatt.write(["0002"], 2);
    equal(heard, ["1: 0 01", "2: 0 02"]);
  });

  test("a bearer gives a client what its filter passes, at most 32 PDUs ahead, and learns its sources", () => {
    const bench = new Bench({ room: 1 });
    const { gatt, clock } = bench;
    gatt.join();
    const sources: number[] = [];
    const received: string[] = [];
    const bearer = new GattBearer(bench.theLink, {
      passes: (dst) => dst === 5,
      heard: (src) => sources.push(src),
    });
    bearer.attach({
      received: (pdu, rssi, from) => received.push(`${toHex(pdu)} ${rssi} ${from === bearer}`),
      sent: () => {},
      ready: () => {},
    });
    const how = { transmit: { count: 3, intervalMs: 20 }, urgent: false, tag: 0 };
    equal(bearer.send(hex("aa"), { ...how, dst: 6 }), true);
    for (let i = 0; i < 32; i++) equal(bearer.send(hex("bb"), { ...how, dst: 5 }), true);
    equal(bearer.send(hex("cc"), { ...how, dst: 5 }), false);
    clock.advance(0);
    for (let i = 0; i < 40; i++) gatt.drain();
    equal(
      gatt.take(),
      Array.from({ length: 32 }, () => "00bb"),
    );
    gatt.write(["001122"]);
    equal(received, ["1122 127 true"]);
    bearer.authentic(7);
    equal(sources, [7]);
    equal(bearer.passes(5), true);
    gatt.leave();
    equal(bearer.passes(5), false, "whatever the filter says, nobody is there");
  });
};

/** A bench whose parts can be taken apart. */
function talkative(options: GattDoubleOptions = {}) {
  const bench = new Bench(options);
  const { gatt, clock, trace, heard, diary } = bench;
  return { gatt, clock, trace, heard, diary, say: bench.say.bind(bench) };
}
