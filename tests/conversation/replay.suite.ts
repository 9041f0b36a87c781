/** What was heard once is not obeyed again, whatever becomes of the power. MshPRT 3.9.8. */

import { OnOffOpcode, onOffSetUnacknowledged } from "../../host/simulator/phone/mesh/generic-on-off.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home, type Member, type MemberOptions } from "../support/home.js";
import { PowerCut } from "../support/memory-storage.js";

/** One unacknowledged Set, and its network PDU for later. */
function send(home: Home, lamp: Member, isOn: boolean, tid: number, src?: number): Uint8Array {
  const sent = home.peer.send({
    dst: lamp.address,
    ...(src === undefined ? {} : { src }),
    key: { app: APP_KEY_INDEX },
    message: onOffSetUnacknowledged(isOn ? 1 : 0, tid),
  });
  const [pdu] = sent.pdus;
  if (pdu === undefined) throw new Error("nothing was sent");
  return pdu.slice();
}

/** Enough other traffic that the network message cache no longer knows the PDU. */
function flushCache(home: Home): void {
  for (let i = 0; i < 80; i++) {
    home.peer.sendTransport({ ctl: 0, dst: 0x7000, transportPdu: new Uint8Array(12).fill(i) });
  }
  home.pass(5000);
}

/** Everything durable at once, and nothing but the lamp listening. */
function prepare(options: MemberOptions = {}, seed = 1): { home: Home; lamp: Member } {
  const home = new Home({ seed });
  const lamp = home.add("lamp", options);
  home.equip(lamp);
  home.pass(6000);
  return { home, lamp };
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("a replayed message is dropped, from the cache or by its number [TNPT/BV-13, T-B8]", () => {
    const { home, lamp } = prepare();
    const on = send(home, lamp, true, 1);
    home.pass(200);
    send(home, lamp, false, 2);
    home.pass(200);
    equal(lamp.lights.at(-1), false);

    home.peer.transmitRaw(on);
    home.pass(200);
    equal(lamp.node.trace.reasons.at(-1), "repeated");
    flushCache(home);
    home.peer.transmitRaw(on);
    home.pass(200);
    equal(lamp.node.trace.reasons.at(-1), "replayed");
    equal(lamp.lights.at(-1), false);
  });

  test("the same after a restart, once the list has been stored [TNPT/BV-13, T-B8]", () => {
    const { home, lamp } = prepare();
    const on = send(home, lamp, true, 1);
    home.pass(200);
    send(home, lamp, false, 2);
    home.pass(5001);
    const again = home.restart(lamp);
    home.peer.transmitRaw(on);
    home.pass(500);
    equal(again.node.trace.reasons, ["replayed"]);
    equal(again.lights.includes(true), false);
  });

  test("with the default delay, exactly the last five seconds before a power cut can be replayed [T-B8]", () => {
    for (const [pauseMs, accepted] of [
      [4900, true],
      [5100, false],
    ] as const) {
      const { home, lamp } = prepare();
      const on = send(home, lamp, true, 1);
      home.pass(pauseMs);
      const again = home.restart(lamp);
      home.peer.transmitRaw(on);
      home.pass(500);
      equal(again.lights.includes(true), accepted, `after ${pauseMs} ms`);
    }
  });

  for (const left of ["old", "new"] as const) {
    test(`at delay 0 a cut at any write, which leaves the ${left} record, lets no message be obeyed twice [T-B8]`, () => {
      for (let cut = 1; cut <= 3; cut++) {
        const { home, lamp } = prepare({ settings: { "replay-delay": "0" } });
        lamp.node.storage.cutPowerAt(cut, left);
        let pdus: Uint8Array[] = [];
        let wasCut = false;
        for (let tid = 0; tid < 5 && !wasCut; tid++) {
          pdus = [...pdus, send(home, lamp, true, tid, 0x0100 + tid)];
          wasCut = passUntilCut(home, 200);
        }
        ok(wasCut, `cut ${cut} came`);
        const obeyedBefore = lamp.node.trace
          .eventsOf("access")
          .filter((event) => event === "messageReceived");
        const again = home.restart(lamp, { settings: { "replay-delay": "0" } });
        home.pass(100);
        again.node.trace.notes.length = 0;
        for (const pdu of pdus) home.peer.transmitRaw(pdu);
        home.pass(2000);
        const obeyedAfter = again.node.trace
          .eventsOf("access")
          .filter((event) => event === "messageReceived");
        // Equipping took messages too; of those sent here, none is counted twice.
        const equipping = 3;
        ok(
          obeyedBefore.length - equipping + obeyedAfter.length <= pdus.length,
          `${obeyedBefore.length - equipping} before, ${obeyedAfter.length} after, of ${pdus.length}`,
        );
      }
    });
  }

  test("a list that cannot be stored at delay 0 lets nothing pass", () => {
    const { home, lamp } = prepare({ settings: { "replay-delay": "0" } });
    lamp.node.storage.failAt(1);
    send(home, lamp, true, 1, 0x0100);
    home.pass(500);
    equal(lamp.node.trace.reasons.includes("notRemembered"), true);
    equal(lamp.lights.includes(true), false);
  });

  test("more senders than the list has room for: the first ones stay protected, new ones are refused [T-B10]", () => {
    const { home, lamp } = prepare({ capacity: { replayList: 8 } });
    for (let i = 0; i < 12; i++) {
      send(home, lamp, i % 2 === 0, i, 0x0100 + i);
      home.pass(200);
    }
    // The client at 0001 has the first place.
    equal(lamp.node.trace.reasons.filter((reason) => reason === "replayListFull").length, 5);
    ok(home.look(lamp.address), "who is known is still heard");
  });

  test("the node's own sequence numbers go on after every restart, with a gap and never again [T-B8]", () => {
    const { home, lamp } = prepare();
    let now = lamp;
    for (let life = 0; life < 5; life++) {
      home.look(now.address);
      home.look(now.address);
      now = home.restart(now);
    }
    const statuses = home.peer.heard.filter(({ src }) => src === lamp.address);
    ok(statuses.length > 10);
    equal(home.peer.log.reusedSequenceNumbers(), []);
    equal(
      home.peer.received.filter(({ opcode }) => opcode === OnOffOpcode.Status),
      [],
    );
  });

  test("a damaged sequence record: the node hears, and refuses to send until the IV Index rises", () => {
    const { home, lamp } = prepare();
    lamp.node.storage.write("seq", new Uint8Array([9, 9, 9]));
    const again = home.restart(lamp);
    equal(home.look(lamp.address, 2000), undefined);
    send(home, again, true, 1);
    home.pass(500);
    equal(again.lights.at(-1), true);
    ok(again.node.trace.eventsOf("network").includes("sequenceExhausted"));
  });
};

/** Whether the power was cut in that time. */
function passUntilCut(home: Home, ms: number): boolean {
  try {
    home.pass(ms);
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}
