import { AIR_TIME_MS, type Frame, Medium, type Port } from "../../host/simulator/medium.js";
import { type RadioObserver, SimulatedRadio } from "../../host/simulator/radio.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import type { ConnectableAdvertisement, RadioListener } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { ScriptedRandom } from "../support/scripted-random.js";

const BEACON = new Uint8Array([3, 0x2b, 0, 1]);

/** The radio under test, what it reports, and a scanner that hears all kinds of frames. */
class Scene {
  readonly clock = new FakeClock();
  readonly medium = new Medium(this.clock);
  readonly diary: string[] = [];
  readonly frames: Frame[] = [];
  readonly scanner: Port;
  readonly radio: SimulatedRadio;
  readonly kept: string[] = [];
  transmitted: () => void = () => {};

  constructor(script: readonly Uint8Array[] = [], identity?: Uint8Array) {
    const observer: RadioObserver = {
      sent: (data, address, kind) => this.diary.push(`observed ${kind} ${address} ${toHex(data)}`),
      received: (data, rssi) => this.diary.push(`observed ${toHex(data)} ${rssi}`),
    };
    this.radio = new SimulatedRadio({
      medium: this.medium,
      name: "radio",
      clock: this.clock,
      random: new ScriptedRandom(script, new SeededRandom(1)),
      identity,
      keepIdentity: (address) => this.kept.push(toHex(address)),
      observer,
    });
    this.scanner = this.medium.join("scanner", {
      heard: (frame) => {
        const address = frame.address.slice();
        const data = frame.data.slice();
        const kept: Frame =
          frame.kind === "connectable"
            ? { kind: frame.kind, address, data, scanResponse: frame.scanResponse?.slice() }
            : { kind: frame.kind, address, data };
        this.frames.push(kept);
      },
      sent: () => {},
    });
  }

  get listener(): RadioListener {
    return {
      received: (data, rssi) => this.diary.push(`received ${toHex(data)} ${rssi}`),
      transmitted: () => {
        this.diary.push("transmitted");
        this.transmitted();
      },
    };
  }

  open(): this {
    this.radio.open(this.listener);
    return this;
  }

  kinds(): string {
    return this.frames.map(({ kind }) => (kind === "connectable" ? "C" : "n")).join("");
  }
}

function connectable(over: Partial<ConnectableAdvertisement> = {}): ConnectableAdvertisement {
  const data = new Uint8Array([2, 1, 6]);
  const scanResponse = new Uint8Array([2, 9, 0x4c]);
  return { data, scanResponse, intervalMs: 100, address: "identity", ...over };
}

const transmitting: Suite = ({ test, equal, throws }) => {
  test("one transmission is one event, over after its air time, when all others have heard it", () => {
    const scene = new Scene().open();
    const data = BEACON.slice();
    scene.radio.transmit(data, "identity");
    data.fill(0);
    scene.clock.advance(AIR_TIME_MS - 1);
    equal(scene.diary, ["observed nonConnectable identity 032b0001"]);
    scene.transmitted = () => equal(scene.frames.length, 1);
    scene.clock.advance(1);
    equal(scene.diary.at(-1), "transmitted");
    equal(scene.frames, [{ kind: "nonConnectable", address: scene.radio.identity, data: BEACON }]);
    scene.clock.advance(1000);
    equal(scene.frames.length, 1);
  });

  test("the next transmission may begin as soon as the last is over", () => {
    const scene = new Scene().open();
    let left = 3;
    scene.transmitted = () => {
      left -= 1;
      if (left > 0) scene.radio.transmit(BEACON, "private");
    };
    scene.radio.transmit(BEACON, "private");
    scene.clock.advance(3 * AIR_TIME_MS);
    equal(scene.frames.length, 3);
    equal(left, 0);
  });

  test("misuse throws: not open, opened twice, two transmissions at once, 32 octets", () => {
    const scene = new Scene();
    throws(() => scene.radio.transmit(BEACON, "identity"));
    throws(() => scene.radio.setScanning(true));
    throws(() => scene.radio.setConnectable(connectable()));
    scene.open();
    throws(() => scene.radio.open(scene.listener));
    throws(() => scene.radio.transmit(new Uint8Array(32), "identity"));
    scene.radio.transmit(new Uint8Array(31), "identity");
    throws(() => scene.radio.transmit(BEACON, "identity"));
    throws(() => scene.radio.setConnectable(connectable({ data: new Uint8Array(32) })));
    throws(() => scene.radio.setConnectable(connectable({ scanResponse: new Uint8Array(32) })));
    scene.clock.advance(1000);
    equal(scene.kinds(), "n");
  });

  test("a radio that is switched off is neither heard nor hears", () => {
    const scene = new Scene().open();
    scene.radio.setScanning(true);
    scene.radio.setConnectable(connectable());
    scene.clock.advance(50);
    scene.radio.close();
    const address = new Uint8Array(6);
    scene.scanner.send({ kind: "nonConnectable", address, data: BEACON });
    scene.clock.advance(1000);
    equal(scene.kinds(), "C");
    equal(scene.diary, ["observed connectable identity 020106"]);
  });
};

const scanning: Suite = ({ test, equal }) => {
  test("only while scanning is heard, and only what is not connectable", () => {
    const scene = new Scene().open();
    const address = new Uint8Array([0xc0, 0, 0, 0, 0, 1]);
    const send = (kind: Frame["kind"], data: readonly number[]): void => {
      const frame = { address, data: new Uint8Array(data), scanResponse: undefined };
      scene.scanner.send({ ...frame, kind });
      scene.clock.advance(10);
    };
    send("nonConnectable", [2, 0x29, 1]);
    scene.radio.setScanning(true);
    send("nonConnectable", [2, 0x29, 2]);
    send("connectable", [2, 0x29, 3]);
    scene.radio.setScanning(false);
    send("nonConnectable", [2, 0x29, 4]);
    equal(scene.diary, ["observed 022902 -50", "received 022902 -50"]);
  });
};

const addresses: Suite = ({ test, equal, ok }) => {
  const drawn = new Uint8Array([0x01, 2, 3, 4, 5, 6]);
  const later = new Uint8Array([0xff, 6, 5, 4, 3, 2]);

  test("the identity is a static random address, kept when drawn and when renewed", () => {
    const scene = new Scene([drawn, later]).open();
    equal(toHex(scene.radio.identity), "c10203040506");
    scene.radio.renewAddress();
    equal(toHex(scene.radio.identity), "ff0605040302");
    equal(scene.kept, ["c10203040506", "ff0605040302"]);
  });

  test("an identity from an earlier run is used, and not kept again", () => {
    const scene = new Scene([drawn], later);
    equal(scene.radio.identity, later);
    equal(scene.kept, []);
  });

  test("a random part of all zeros or all ones is drawn again", () => {
    const ones = new Uint8Array(6).fill(0xff);
    const scene = new Scene([new Uint8Array(6), ones, drawn]);
    equal(toHex(scene.radio.identity), "c10203040506");
  });

  test("a private address is non-resolvable, and another one each time", () => {
    const scene = new Scene().open();
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      scene.radio.transmit(BEACON, "private");
      scene.clock.advance(AIR_TIME_MS);
    }
    for (const { address } of scene.frames) {
      equal((address[0] ?? 0xff) & 0xc0, 0);
      seen.add(toHex(address));
    }
    equal(seen.size, 20);
    ok(!seen.has(toHex(scene.radio.identity)));
  });
};

const connectables: Suite = ({ test, equal }) => {
  test("connectable advertising goes on at its interval until it is ended", () => {
    const scene = new Scene().open();
    const advertisement = connectable();
    scene.radio.setConnectable(advertisement);
    equal(scene.frames, []);
    scene.clock.advance(250);
    const { data, scanResponse } = advertisement;
    const frame: Frame = { kind: "connectable", address: scene.radio.identity, data, scanResponse };
    equal(scene.frames, [frame, frame, frame]);
    scene.radio.setConnectable(undefined);
    scene.clock.advance(1000);
    equal(scene.frames.length, 3);
  });

  test("it waits for a transmission, and is not starved by many", () => {
    const scene = new Scene().open();
    scene.radio.transmit(BEACON, "identity");
    scene.radio.setConnectable(connectable());
    scene.clock.advance(AIR_TIME_MS - 1);
    equal(scene.kinds(), "");
    scene.clock.advance(100);
    equal(scene.kinds(), "nC");
    scene.transmitted = () => scene.radio.transmit(BEACON, "identity");
    scene.radio.transmit(BEACON, "identity");
    scene.clock.advance(1000);
    equal(scene.kinds().split("C").length - 1, 11);
  });

  test("another advertisement replaces it at once", () => {
    const scene = new Scene().open();
    scene.radio.setConnectable(connectable());
    scene.clock.advance(10);
    scene.radio.setConnectable(connectable({ data: new Uint8Array([2, 1, 4]), scanResponse: undefined }));
    scene.clock.advance(10);
    equal(
      scene.frames.map(({ data }) => toHex(data)),
      ["020106", "020104"],
    );
    equal(scene.frames[1]?.kind === "connectable" && scene.frames[1].scanResponse, undefined);
  });

  test("its address is one for as long as it runs, and follows a renewed identity", () => {
    const scene = new Scene().open();
    const addressesOf = (): Set<string> => new Set(scene.frames.map(({ address }) => toHex(address)));
    scene.radio.setConnectable(connectable({ address: "private" }));
    scene.clock.advance(950);
    equal(addressesOf().size, 1);
    equal(addressesOf().has(toHex(scene.radio.identity)), false);
    scene.radio.setConnectable(connectable());
    scene.radio.renewAddress();
    scene.frames.length = 0;
    scene.clock.advance(950);
    equal([...addressesOf()], [toHex(scene.radio.identity)]);
    equal(scene.radio.port.connectable, scene.radio.identity);
  });

  test("several in turn: each keeps its private address as long as its data stay the same", () => {
    const scene = new Scene().open();
    const addressOf = (last: number): string => {
      const data = new Uint8Array([2, 1, last]);
      scene.frames.length = 0;
      scene.radio.setConnectable(connectable({ address: "private", data }));
      scene.clock.advance(50);
      return toHex(scene.frames[0]?.address ?? new Uint8Array(0));
    };
    const [first, second] = [addressOf(1), addressOf(2)];
    equal(first.length, 12);
    equal(first === second, false);
    equal([addressOf(1), addressOf(2)], [first, second]);
    equal(addressOf(3) === first, false, "new data, a new address");
    for (let other = 10; other < 18; other++) addressOf(other);
    equal(addressOf(1) === first, false, "not for ever");
  });

  test("a connection ends it, and it can be set anew", () => {
    const scene = new Scene().open();
    let connections = 0;
    const listener = {
      connected: () => {
        connections += 1;
      },
      connectFailed: () => {},
      received: () => {},
      sent: () => {},
      disconnected: () => {},
    };
    scene.radio.port.serve(listener);
    scene.scanner.serve(listener);
    scene.radio.setConnectable(connectable());
    scene.scanner.connect(scene.radio.identity);
    scene.clock.advance(10);
    equal(connections, 2);
    scene.radio.renewAddress();
    scene.clock.advance(1000);
    equal(scene.kinds(), "C");
    equal(scene.radio.port.connectable, undefined);
    scene.radio.setConnectable(connectable());
    scene.clock.advance(10);
    equal(scene.kinds(), "CC");
  });
};

export const suite: Suite = (harness) => {
  for (const part of [transmitting, scanning, addresses, connectables]) part(harness);
};
