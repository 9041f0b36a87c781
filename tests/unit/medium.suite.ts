import {
  AIR_TIME_MS,
  MAX_EVENTS_UNDER_WAY,
  MAX_IN_FLIGHT,
  Medium,
  REORDER_SPREAD_MS,
} from "../../host/simulator/medium.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { ADDRESS, gather, invitation, mesh, Witness } from "../support/witness.js";

const advertising: Suite = ({ test, equal, ok, throws }) => {
  test("everybody hears everybody else, nobody itself, and the sender learns last that it is over", () => {
    const { clock, of } = gather("a", "b", "c");
    const order: string[] = [];
    of("a").diary.push = (...entries) => order.push(...entries.map((entry) => `a ${entry}`));
    of("b").diary.push = (...entries) => order.push(...entries.map((entry) => `b ${entry}`));
    of("c").diary.push = (...entries) => order.push(...entries.map((entry) => `c ${entry}`));
    of("a").port.send(mesh(2, 0x2a, 7));
    equal(order, []);
    clock.advance(AIR_TIME_MS - 1);
    equal(order, []);
    clock.advance(1);
    equal(order, ["b heard 022a07", "c heard 022a07", "a sent nonConnectable"]);
  });

  test("frames that overlap end in order, each heard before its sender is told", () => {
    const { clock, of } = gather("a", "b");
    const order: string[] = [];
    of("a").diary.push = (...entries) => order.push(...entries.map((entry) => `a ${entry}`));
    of("b").diary.push = (...entries) => order.push(...entries.map((entry) => `b ${entry}`));
    of("a").port.send(mesh(1));
    clock.advance(1);
    of("b").port.send(mesh(2));
    clock.advance(10);
    equal(order, ["b heard 01", "a sent nonConnectable", "a heard 02", "b sent nonConnectable"]);
  });

  test("octets are copied on sending, and overwritten once heard", () => {
    const clock = new FakeClock();
    const medium = new Medium(clock);
    const kept: Uint8Array[] = [];
    const copied: Uint8Array[] = [];
    const sender = medium.join("sender", { heard: () => {}, sent: () => {} });
    medium.join("listener", {
      heard: (frame) => {
        kept.push(frame.data);
        copied.push(frame.data.slice());
      },
      sent: () => {},
    });
    const data = new Uint8Array([1, 0x2b]);
    sender.send({ kind: "nonConnectable", address: ADDRESS, data });
    data.fill(9);
    clock.advance(AIR_TIME_MS);
    equal(copied, [new Uint8Array([1, 0x2b])]);
    equal(kept, [new Uint8Array([0xff, 0xff])]);
  });

  test("a frame says its kind, its address, its strength, and what a scanner is answered", () => {
    const clock = new FakeClock();
    const medium = new Medium(clock);
    const heard: string[] = [];
    const sender = medium.join("sender", { heard: () => {}, sent: () => {} });
    medium.join("listener", {
      heard: (frame, rssi) => {
        const answer = frame.kind === "connectable" ? toHex(frame.scanResponse ?? new Uint8Array()) : "none";
        heard.push(`${frame.kind} ${toHex(frame.address)} ${answer} ${rssi}`);
      },
      sent: () => {},
    });
    sender.send(invitation(ADDRESS));
    sender.send(mesh(1));
    clock.advance(AIR_TIME_MS);
    equal(heard, ["connectable c00102030405 020a00 -50", "nonConnectable c00102030405 none -50"]);
  });

  test("the rule decides who hears whom, in each direction by itself", () => {
    const { clock, medium, of } = gather("a", "b", "c");
    medium.setHearing((from, to) => from === "a" && to === "b");
    of("a").port.send(mesh(1));
    of("b").port.send(mesh(2));
    clock.advance(10);
    equal(of("a").diary, ["sent nonConnectable"]);
    equal(of("b").diary, ["heard 01", "sent nonConnectable"]);
    equal(of("c").diary, []);
    medium.setHearing(() => true);
    of("c").port.send(mesh(3));
    clock.advance(10);
    equal(of("a").diary, ["sent nonConnectable", "heard 03"]);
  });

  test("who has left hears nothing, not even what was under way, and its name is free again", () => {
    const { clock, medium, of } = gather("a", "b");
    throws(() => new Witness(medium, "b"));
    of("a").port.send(mesh(1));
    of("b").port.leave();
    clock.advance(10);
    equal(of("b").diary, []);
    throws(() => of("b").port.send(mesh(2)));
    const again = new Witness(medium, "b");
    of("a").port.send(mesh(3));
    clock.advance(10);
    equal(again.diary, ["heard 03"]);
    equal(of("b").diary, []);
  });

  test("what is heard can be answered at once, and the answer comes in a later turn", () => {
    const clock = new FakeClock();
    const medium = new Medium(clock);
    const seen: string[] = [];
    const ping = medium.join("ping", { heard: () => seen.push(`pong ${clock.now()}`), sent: () => {} });
    const pong = medium.join("pong", {
      heard: () => {
        pong.send(mesh(2));
        seen.push(`ping ${clock.now()}`);
      },
      sent: () => {},
    });
    ping.send(mesh(1));
    clock.advance(10);
    equal(seen, [`ping ${AIR_TIME_MS}`, `pong ${2 * AIR_TIME_MS}`]);
  });

  test("a listener that throws does not silence the air for the others", () => {
    const clock = new FakeClock();
    const medium = new Medium(clock);
    const sender = medium.join("sender", { heard: () => {}, sent: () => {} });
    medium.join("faulty", {
      heard: () => {
        throw new Error("faulty");
      },
      sent: () => {},
    });
    const other = new Witness(medium, "other");
    sender.send(mesh(1));
    throws(() => clock.advance(10));
    clock.advance(10);
    equal(other.diary, ["heard 01"]);
  });

  test("what is too much at once is lost, not heaped up", () => {
    const { clock, of } = gather("a", "b");
    for (let i = 0; i <= MAX_EVENTS_UNDER_WAY; i++) of("a").port.send(mesh(1));
    of("b").port.send(mesh(2));
    clock.advance(10);
    equal(of("b").diary.filter((entry) => entry === "heard 01").length, MAX_EVENTS_UNDER_WAY);
    equal(of("a").diary.filter((entry) => entry === "heard 02").length, 1, "others still have room");
    of("a").port.send(mesh(3));
    clock.advance(10);
    equal(of("b").diary.at(-1), "heard 03");
  });

  test("however late and however often frames come, only so many are under way", () => {
    const { clock, medium, of } = gather("a", "b");
    medium.setFaults({ random: new SeededRandom(1), delayMs: 100_000 });
    for (let i = 0; i < MAX_IN_FLIGHT + 100; i++) {
      of("a").port.send(mesh(1));
      clock.advance(AIR_TIME_MS);
    }
    clock.advance(100_000);
    // One place in so many is taken by the event that is being sent.
    const heard = of("b").diary.length;
    ok(heard <= MAX_IN_FLIGHT && heard >= MAX_IN_FLIGHT - 1, `${heard}`);
  });
};

const weather: Suite = ({ test, equal, ok }) => {
  test("loss takes about its share, from each receiver by itself, and repeats with the seed", () => {
    const listen = (): readonly [string[], string[]] => {
      const { clock, medium, of } = gather("a", "b", "c");
      medium.setFaults({ random: new SeededRandom(11), lossPercent: 30 });
      for (let i = 0; i < 200; i++) {
        of("a").port.send(mesh(i));
        clock.advance(10);
      }
      equal(of("a").diary.length, 200, "the sender does not notice");
      return [of("b").diary, of("c").diary];
    };
    const [b, c] = listen();
    ok(b.length > 110 && b.length < 170, `${b.length} of 200`);
    ok(c.length > 110 && c.length < 170, `${c.length} of 200`);
    ok(b.join() !== c.join(), "each has its own luck");
    equal(listen(), [b, c]);
  });

  test("all is lost in the worst weather, and nothing once it has cleared up", () => {
    const { clock, medium, of } = gather("a", "b");
    medium.setFaults({ random: new SeededRandom(1), lossPercent: 100 });
    of("a").port.send(mesh(1));
    clock.advance(10);
    medium.setFaults(undefined);
    of("a").port.send(mesh(2));
    clock.advance(10);
    equal(of("b").diary, ["heard 02"]);
  });

  test("duplicates come twice", () => {
    const { clock, medium, of } = gather("a", "b");
    medium.setFaults({ random: new SeededRandom(1), duplicatePercent: 100 });
    of("a").port.send(mesh(1));
    clock.advance(10);
    equal(of("b").diary, ["heard 01", "heard 01"]);
  });

  test("a delay holds every copy back, and not the sender", () => {
    const { clock, medium, of } = gather("a", "b");
    medium.setFaults({ random: new SeededRandom(1), delayMs: 50 });
    of("a").port.send(mesh(1));
    clock.advance(AIR_TIME_MS + 49);
    equal(of("a").diary, ["sent nonConnectable"]);
    equal(of("b").diary, []);
    clock.advance(1);
    equal(of("b").diary, ["heard 01"]);
  });

  test("reordering loses nothing and lets later frames overtake", () => {
    const { clock, medium, of } = gather("a", "b");
    medium.setFaults({ random: new SeededRandom(3), reorderPercent: 40 });
    const sent: string[] = [];
    for (let i = 0; i < 50; i++) {
      of("a").port.send(mesh(i));
      sent.push(`heard ${toHex(new Uint8Array([i]))}`);
      clock.advance(5);
    }
    clock.advance(REORDER_SPREAD_MS);
    const heard = of("b").diary;
    ok(heard.join() !== sent.join(), "not in order");
    equal([...heard].sort(), sent);
  });
};

export const suite: Suite = (harness) => {
  for (const part of [advertising, weather]) part(harness);
};
