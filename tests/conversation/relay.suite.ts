/** Nodes that pass messages on: three in a row, where the first and the last do not hear each other. MshPRT 3.4.6.3. */

import { networkTransmitSet, relaySet } from "../../host/simulator/phone/mesh/config-messages.js";
import { onOffSetUnacknowledged } from "../../host/simulator/phone/mesh/generic-on-off.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home, type HomeOptions, type Member } from "../support/home.js";

const ROW = ["client", "near", "middle", "far"];

/** Each hears its neighbours only. */
function inARow(home: Home): void {
  home.world.medium.setHearing((from, to) => Math.abs(ROW.indexOf(from) - ROW.indexOf(to)) === 1);
}

interface Row {
  readonly home: Home;
  readonly near: Member;
  readonly middle: Member;
  readonly far: Member;
}

/** All have their keys before they are carried apart. */
function createRow(options: HomeOptions = {}): Row {
  const home = new Home(options);
  const add = (name: string, address: number): Member => {
    const member = home.add(name, { address, deviceKey: new Uint8Array(16).fill(address) });
    home.equip(member);
    return member;
  };
  const row = { home, near: add("near", 0x0010), middle: add("middle", 0x0020), far: add("far", 0x0030) };
  inARow(home);
  home.pass(1000);
  home.peer.log.clear();
  return row;
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("a message crosses three nodes and its answer comes back, each hop counted down [RLY/BV-01]", () => {
    const { home, far, near } = createRow();
    equal(home.switch(far.address, true), { present: 1 });
    equal(far.lights.at(-1), true);
    const answers = home.peer.heard.filter(({ src, ctl }) => src === far.address && ctl === 0);
    // Default TTL is 7, and two relays are between.
    equal([...new Set(answers.map(({ ttl }) => ttl))], [5]);
    equal(near.lights.includes(true), false);
    equal(home.peer.log.reusedSequenceNumbers(), []);
  });

  test("TTL 0 and 1 are not relayed; 2 goes one hop on, 4 reaches the end [RLY/BV-01]", () => {
    const { home, far, middle, near } = createRow();
    const send = (ttl: number, dst: number, tid: number): void => {
      home.peer.send({
        dst,
        ttl,
        key: { app: APP_KEY_INDEX },
        message: onOffSetUnacknowledged(1, tid),
      });
      home.pass(1000);
    };
    send(0, near.address, 1);
    send(1, middle.address, 2);
    equal(
      [near, middle].map(({ lights }) => lights.includes(true)),
      [true, false],
    );
    send(2, far.address, 3);
    equal(far.lights.includes(true), false, "it ends at the middle one");
    send(2, middle.address, 4);
    equal(middle.lights.at(-1), true);
    send(3, far.address, 5);
    equal(far.lights.at(-1), true);
  });

  test("a node relays each PDU once, however often and from wherever it comes [RLY/BV-02]", () => {
    const { home, near } = createRow();
    home.peer.prepare({ dst: 0x0500, key: { app: APP_KEY_INDEX }, message: onOffSetUnacknowledged(1, 9) });
    const [pdu] = home.peer.prepare({
      dst: 0x0500,
      ttl: 9,
      key: { app: APP_KEY_INDEX },
      message: onOffSetUnacknowledged(1, 9),
    });
    for (let i = 0; i < 5 && pdu !== undefined; i++) {
      home.peer.transmitRaw(pdu);
      home.pass(400);
    }
    const relayed = home.peer.heard.filter(({ ttl }) => ttl === 8);
    // Relay Retransmit: three transmissions, of one relaying.
    equal(relayed.length, 3);
    equal(new Set(relayed.map(({ seq }) => seq)).size, 1);
    ok(near.node.trace.reasons.includes("repeated"));
  });

  test("a relay that is switched off relays nothing, and still hears what is for it", () => {
    const { home, far, middle } = createRow();
    home.mustSucceed(middle.config.ask(relaySet(0, 0)));
    equal(home.switch(far.address, true, 3000), undefined);
    equal(home.switch(middle.address, true), { present: 1 });
  });

  test("Relay Retransmit and Network Transmit say how often each PDU leaves [CFG/CFGR/BV-01, CFG/NTX/BV-01]", () => {
    const { home, near, far } = createRow();
    near.config.ask(relaySet(1, 0x08 | 4));
    near.config.ask(networkTransmitSet(0x08 | 1));
    home.pass(1000);
    home.peer.log.clear();
    home.look(near.address);
    home.pass(1000);
    equal(home.peer.heard.filter(({ src }) => src === near.address).length, 2);
    home.peer.log.clear();
    home.look(far.address);
    home.pass(1000);
    equal(home.peer.heard.filter(({ src }) => src === far.address).length, 5);
  });

  test("at 30 % loss, with doubled and reordered packets, every acknowledged message arrives once [RLY/BV-02]", () => {
    const { home, far } = createRow({ transmissions: 3 });
    home.world.medium.setFaults({
      lossPercent: 30,
      duplicatePercent: 20,
      reorderPercent: 20,
      random: home.world.random,
    });
    let answered = 0;
    for (let i = 0; i < 10; i++) if (home.switch(far.address, i % 2 === 0) !== undefined) answered++;
    ok(answered >= 8, `${answered} of 10 answered`);
    equal(home.peer.log.reusedSequenceNumbers(), []);
  });

  test("what carries a wrong IV Index, or an illegal source, is not relayed [RLY/BI-01, RLY/BI-02]", () => {
    const { home, near } = createRow();
    near.node.trace.drops.length = 0;
    const fields = {
      ctl: 0,
      ttl: 9,
      seq: 0x1000,
      src: 0x0001,
      dst: 0x0500,
      transportPdu: new Uint8Array(12),
    } as const;
    home.peer.transmitRaw(home.peer.encode({ ...fields, ivIndex: 0x12345676 }));
    home.peer.transmitRaw(home.peer.encode({ ...fields, src: 0x8001 }));
    home.peer.transmitRaw(home.peer.encode({ ...fields, src: 0x0000 }));
    home.pass(1000);
    equal(
      home.peer.heard.filter(({ dst }) => dst === 0x0500),
      [],
    );
    const { reasons } = near.node.trace;
    // Under a wrong IV Index the source is as good as random: mostly the check fails, sometimes the address.
    ok(reasons[0] === "badMic" || reasons[0] === "badAddress", reasons[0]);
    equal(reasons.slice(1), ["badAddress", "badAddress"]);
  });
};
