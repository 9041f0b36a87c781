/** The secure network beacon: its octets, its pace, what a node says with it, and what it obeys. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { SeededRandom } from "../../../host/simulator/seeded-random.js";
import { Advertiser } from "../../../modules/bearer/advertiser.js";
import { getUint32BE, toHex } from "../../../modules/bytes.js";
import { cmac } from "../../../modules/crypto/cmac.js";
import { IvIndex } from "../../../modules/network/iv-index.js";
import { NetKeys } from "../../../modules/network/net-keys.js";
import { FeatureState, NodeStates } from "../../../modules/network/node-states.js";
import {
  decodeSecureNetworkBeacon,
  encodeSecureNetworkBeacon,
  hasNetworkId,
  isAuthentic,
} from "../../../modules/network/secure-beacon-pdu.js";
import { SecureNetworkBeacon } from "../../../modules/network/secure-network-beacon.js";
import { NetworkKey } from "../../../modules/network/subnet.js";
import type { Crypto, Radio, RadioListener, Random } from "../../../modules/platform.js";
import { Records } from "../../../modules/records.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { hex } from "../../support/provisionee-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";
import { octetsOf } from "../../support/vectors.js";
import file from "../../vectors/beacons.json" with { type: "json" };

const KEY = hex("7dd7364cd842ad18c17c2b820c84c3d6");
const NEW_KEY = hex("f7a2a44f8e8a8029064f173ddc1e2b00");
const FOREIGN_KEY = hex("3bbb6f1fbd53e157417f308ce7aec58f");
const OTHER_KEY = hex("63964771734fbd76e3b40519d1d94a48");
const IV_INDEX = 0x12345678;
/** News, and the first beacon, are on the air by then. */
const SOON_MS = 1100;

/** A cryptography that counts its AES blocks. */
function counting(crypto: Crypto, blocks: { count: number }): Crypto {
  const aes128 = crypto.aes128.bind(crypto);
  crypto.aes128 = (key) => {
    const cipher = aes128(key);
    return {
      encrypt: (input, output) => {
        blocks.count++;
        cipher.encrypt(input, output);
      },
    };
  };
  return crypto;
}

/** A node of which only the beacon is there, on a radio whose every event is written down. */
class Bench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly storage = new MemoryStorage();
  readonly blocks = { count: 0 };
  readonly crypto = counting(createNobleCrypto(this.clock), this.blocks);
  readonly log: { readonly atMs: number; readonly beacon: string }[] = [];
  readonly netKeys: NetKeys;
  readonly ivIndex: IvIndex;
  readonly states: NodeStates;
  readonly beacon: SecureNetworkBeacon;
  airTimeMs = 1;
  #listener: RadioListener | undefined;

  constructor(random: Random = new SeededRandom(1)) {
    const { clock, trace, crypto } = this;
    const records = new Records(this.storage, trace);
    const features = { relay: true, proxy: false, friend: false, lowPower: false };
    const advertiser = new Advertiser(this.#radio(), clock, trace);
    this.netKeys = new NetKeys({ records, crypto, trace, capacity: 4 });
    this.ivIndex = new IvIndex({ clock, records, trace });
    this.states = new NodeStates(records, features, () => this.beacon.changed());
    const { netKeys, ivIndex, states } = this;
    this.beacon = new SecureNetworkBeacon({ advertiser, clock, random, trace, netKeys, ivIndex, states });
    const changed = () => this.beacon.changed();
    netKeys.attach({ added: changed, phaseChanged: changed, deleted: changed });
    ivIndex.attach({ ivIndexChanged: changed });
  }

  /** In Normal operation on the primary subnet, with the first beacon sent. */
  static started(random?: Random): Bench {
    const bench = new Bench(random);
    bench.netKeys.begin(0, KEY, false);
    bench.ivIndex.begin(IV_INDEX, false);
    bench.beacon.start();
    bench.clock.advance(SOON_MS);
    return bench;
  }

  #radio(): Radio {
    const event = this.clock.createTimer(() => this.#listener?.transmitted());
    return {
      open: (listener) => {
        this.#listener = listener;
      },
      setScanning: () => {},
      transmit: (data) => {
        this.log.push({ atMs: this.clock.now(), beacon: toHex(data) });
        event.start(this.airTimeMs);
      },
      setConnectable: () => {},
      renewAddress: () => {},
    };
  }

  /** What has been sent since the last time. */
  taken(): string[] {
    return this.log.splice(0).map(({ beacon }) => beacon);
  }

  /** Key refresh flag and IV update flag, Network ID and IV Index of what has been sent since the last time. */
  told(): string[] {
    return this.taken().map(
      (beacon) => `${beacon.slice(6, 8)} ${beacon.slice(8, 12)} ${beacon.slice(24, 32)}`,
    );
  }

  hear(beacon: Uint8Array): void {
    const data = new Uint8Array(beacon.length + 2);
    data[0] = beacon.length + 1;
    data[1] = 0x2b;
    data.set(beacon, 2);
    this.#listener?.received(data, -50);
  }

  /** The times between the beacons of the next `ms`, in whole seconds, rounded down. */
  paceSeconds(ms: number, each?: () => void): number[] {
    for (let passed = 0; passed < ms; passed += 1000) {
      each?.();
      this.clock.advance(1000);
    }
    const times = this.log.map(({ atMs }) => atMs);
    return times.slice(1).map((atMs, i) => Math.floor((atMs - (times[i] ?? 0)) / 1000));
  }
}

/** A beacon of somebody else. */
function beaconOf(crypto: Crypto, netKey: Uint8Array, ivIndex: number, flags = 0): Uint8Array {
  const key = new NetworkKey(crypto, netKey);
  const beacon = new Uint8Array(22);
  const fields = { keyRefresh: (flags & 1) !== 0, ivUpdate: (flags & 2) !== 0, ivIndex };
  encodeSecureNetworkBeacon(fields, key.networkId, key.beaconKey, beacon);
  return beacon;
}

export const suite: Suite = ({ test, equal, ok }) => {
  const samples = file.vectors.filter((vector) => vector.type === "secureNetworkBeacon");

  test("there are five samples", () => equal(samples.length, 5));

  for (const { name, inputs, outputs } of samples) {
    const netKey = octetsOf(inputs, "NetKey");
    const ivIndex = getUint32BE(octetsOf(inputs, "IVIndex"), 0);
    const ivUpdate = "IVUpdateFlag" in inputs && inputs.IVUpdateFlag === 1;
    const sample = octetsOf(outputs, "Beacon");

    test(`${name}, ${toHex(octetsOf(inputs, "IVIndex"))}, octet for octet`, () => {
      const crypto = createNobleCrypto(new FakeClock());
      const { networkId, beaconKey } = new NetworkKey(crypto, netKey);
      equal(networkId, octetsOf(outputs, "NetworkID"));
      const fields = { keyRefresh: false, ivUpdate, ivIndex };
      const beacon = new Uint8Array(22);
      equal(encodeSecureNetworkBeacon(fields, networkId, beaconKey, beacon), 22);
      equal(beacon, sample);
      equal(decodeSecureNetworkBeacon(sample), fields);
      ok(hasNetworkId(sample, networkId));
      ok(isAuthentic(sample, beaconKey));
      for (let at = 1; at < sample.length; at++) {
        const forged = sample.slice();
        forged[at] = (forged[at] ?? 0) ^ 0x80;
        ok(!isAuthentic(forged, beaconKey), `octet ${at}`);
        equal(hasNetworkId(forged, networkId), at < 2 || at > 9);
      }
    });

    test(`a node in that state sends it: ${name}, ${toHex(octetsOf(inputs, "IVIndex"))} [BCN/SNB/BV-01]`, () => {
      const bench = new Bench();
      bench.netKeys.begin(0, netKey, false);
      bench.ivIndex.begin(ivIndex, ivUpdate);
      bench.beacon.start();
      equal(bench.taken(), []);
      bench.clock.advance(SOON_MS);
      equal(bench.taken(), [`172b${toHex(sample)}`]);
    });
  }

  test("alone, a node sends a beacon every ten seconds, and not exactly [BCN/SNB/BV-01]", () => {
    const bench = Bench.started();
    const pace = bench.paceSeconds(600_000);
    ok(pace.length >= 57, `${pace.length} intervals`);
    equal([...new Set(pace)], [10]);
    const rests = bench.log.map(({ atMs }) => atMs % 10_000);
    ok(new Set(rests).size > 30, "they drift");
  });

  test("nodes that start together do not speak together", () => {
    const starts = [1, 2, 3, 4, 5].map((seed) => Bench.started(new SeededRandom(seed)).log[0]?.atMs);
    equal(new Set(starts).size, 5);
  });

  test("for each beacon heard in twenty seconds it waits ten seconds more, ten minutes at most", () => {
    const bench = Bench.started();
    const other = beaconOf(bench.crypto, KEY, IV_INDEX);
    let seconds = 0;
    const everyTen = () => {
      if (seconds++ % 10 === 0) bench.hear(other);
    };
    ok(
      bench.paceSeconds(900_000, everyTen).every((pace) => pace >= 20 && pace <= 30),
      "one in ten seconds: two in the period",
    );

    const crowded = Bench.started();
    const pace = crowded.paceSeconds(3_000_000, () => {
      for (let i = 0; i < 5; i++) crowded.hear(other);
    });
    ok(pace.length >= 3, `${pace.length} intervals`);
    ok(
      pace.every((interval) => interval >= 600 && interval <= 601),
      `${pace}`,
    );
    crowded.log.length = 0;
    ok(
      crowded.paceSeconds(100_000).every((interval) => interval === 10),
      "alone again",
    );
    equal(crowded.trace.drops, []);
  });

  test("the beginning of an IV update, its end, and a recovery are told at once [BCN/SNB/BV-02]", () => {
    const bench = Bench.started();
    bench.taken();
    bench.ivIndex.signal(true);
    bench.clock.advance(SOON_MS);
    equal(bench.told(), ["02 3eca 12345679"]);
    equal(bench.ivIndex.sending, IV_INDEX);
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX + 1, 0));
    bench.clock.advance(SOON_MS);
    equal(bench.told(), ["00 3eca 12345679"]);
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX + 40, 0));
    bench.clock.advance(SOON_MS);
    equal(bench.told(), ["00 3eca 123456a0"]);
    equal(bench.trace.drops, []);
  });

  test("the phases of a key refresh are told, with the old key and then with the new one [KR/BV-01]", () => {
    const bench = Bench.started();
    equal(bench.told(), ["00 3eca 12345678"]);
    bench.netKeys.update(0, NEW_KEY);
    bench.clock.advance(SOON_MS);
    equal(bench.told(), [], "nothing new with the old key");
    bench.netKeys.transition(0, 2);
    bench.clock.advance(SOON_MS);
    const newId = toHex(new NetworkKey(bench.crypto, NEW_KEY).networkId).slice(0, 4);
    equal(bench.told(), [`01 ${newId} 12345678`]);
    bench.netKeys.transition(0, 3);
    bench.clock.advance(SOON_MS);
    equal(bench.told(), [`00 ${newId} 12345678`]);
    bench.clock.advance(20_000);
    equal([...new Set(bench.told())], [`00 ${newId} 12345678`]);
  });

  test("nothing is sent when the state is off; when it is on again, soon", () => {
    const bench = Bench.started();
    bench.states.change({ secureNetworkBeacon: false });
    bench.taken();
    bench.clock.advance(100_000);
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX + 2, 2));
    bench.clock.advance(100_000);
    equal(bench.taken(), []);
    bench.states.change({ secureNetworkBeacon: true });
    bench.clock.advance(SOON_MS);
    equal(bench.told(), ["02 3eca 1234567a"]);
  });

  test("a beacon that waits for the radio when the state is switched off is not sent", () => {
    const bench = Bench.started();
    bench.clock.advance(5_000);
    bench.airTimeMs = 20_000;
    bench.netKeys.add(7, NEW_KEY);
    bench.clock.advance(15_000);
    bench.taken();
    bench.states.change({ secureNetworkBeacon: false });
    bench.clock.advance(60_000);
    equal(bench.taken(), []);
  });

  test("however often something changes, the news are not put off", () => {
    const bench = Bench.started({ fill: (octets) => octets.fill(0xff) });
    bench.taken();
    bench.ivIndex.signal(true);
    for (let ms = 0; ms < SOON_MS; ms += 10) {
      bench.clock.advance(10);
      bench.beacon.changed();
    }
    equal(bench.told(), ["02 3eca 12345679"]);
  });

  test("with the state off a relay tells of the new keys all the same, other nodes do not", () => {
    for (const relay of [FeatureState.Enabled, FeatureState.Disabled]) {
      const bench = Bench.started();
      bench.states.change({ secureNetworkBeacon: false, relay });
      bench.netKeys.update(0, NEW_KEY);
      bench.clock.advance(60_000);
      bench.taken();
      bench.netKeys.transition(0, 2);
      bench.clock.advance(60_000);
      const inPhase2 = bench.told().map((beacon) => beacon.slice(0, 2));
      bench.netKeys.transition(0, 3);
      bench.clock.advance(600_000);
      const afterwards = bench.told().map((beacon) => beacon.slice(0, 2));
      if (relay === FeatureState.Enabled) {
        ok(inPhase2.length >= 5, `${inPhase2.length} beacons`);
        equal([...new Set(inPhase2)], ["01"]);
        equal(afterwards, ["00", "00", "00"]);
      } else {
        equal([...inPhase2, ...afterwards], []);
      }
    }
  });

  test("with the state off, an IV update that the node has started is told until another node tells it", () => {
    const bench = Bench.started();
    bench.states.change({ secureNetworkBeacon: false, relay: FeatureState.Disabled });
    bench.clock.advance(60_000);
    bench.taken();
    bench.ivIndex.signal(true);
    bench.clock.advance(25_000);
    equal(bench.told(), new Array<string>(3).fill("02 3eca 12345679"));
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX + 1, 2));
    bench.clock.advance(60_000);
    equal(bench.told(), []);
  });

  test("each subnet has a beacon of its own, until it is deleted [BCN/SNB/BV-02]", () => {
    const bench = Bench.started();
    bench.taken();
    bench.netKeys.add(7, NEW_KEY);
    bench.clock.advance(SOON_MS);
    const newId = toHex(new NetworkKey(bench.crypto, NEW_KEY).networkId).slice(0, 4);
    equal(bench.told(), [`00 ${newId} 12345678`]);
    bench.clock.advance(20_000);
    equal([...new Set(bench.told())].sort(), ["00 3eca 12345678", `00 ${newId} 12345678`].sort());
    bench.netKeys.delete(7, 0);
    bench.clock.advance(30_000);
    equal([...new Set(bench.told())], ["00 3eca 12345678"]);
  });

  test("beacons of one subnet do not slow down another", () => {
    const bench = Bench.started();
    bench.netKeys.add(7, NEW_KEY);
    bench.clock.advance(SOON_MS);
    bench.taken();
    const other = beaconOf(bench.crypto, NEW_KEY, IV_INDEX);
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 20; j++) bench.hear(other);
      bench.clock.advance(1000);
    }
    ok(bench.told().every((beacon) => beacon.slice(3, 7) === "3eca"));
  });

  test("an authentic beacon is obeyed, with reserved flags too [IVU/BV-01]", () => {
    const bench = Bench.started();
    bench.ivIndex.signal(true);
    bench.ivIndex.signal(false);
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX + 2, 2));
    equal([bench.ivIndex.current, bench.ivIndex.updating], [IV_INDEX + 2, true]);

    const { networkId, beaconKey } = new NetworkKey(bench.crypto, KEY);
    const reserved = new Uint8Array(22);
    encodeSecureNetworkBeacon(
      { keyRefresh: false, ivUpdate: false, ivIndex: IV_INDEX + 9 },
      networkId,
      beaconKey,
      reserved,
    );
    const withFlags = beaconWithFlags(bench.crypto, reserved, 0xfc);
    bench.hear(withFlags);
    equal([bench.ivIndex.current, bench.ivIndex.updating], [IV_INDEX + 9, false]);
    equal(bench.trace.drops, []);
  });

  test("other beacons are nobody's business here; malformed, foreign and forged ones are dropped", () => {
    const bench = Bench.started();
    const mine = beaconOf(bench.crypto, KEY, IV_INDEX + 5);
    for (const other of ["", "00", `00${"11".repeat(22)}`, `02${"11".repeat(26)}`]) bench.hear(hex(other));
    equal(bench.trace.drops, []);
    const forged = mine.slice();
    forged[21] = (forged[21] ?? 0) ^ 1;
    const cases = [
      [mine.subarray(0, 21), "badLength"],
      [hex(`${toHex(mine)}00`), "badLength"],
      [hex("01"), "badLength"],
      [beaconOf(bench.crypto, FOREIGN_KEY, IV_INDEX + 5), "unknownNetworkId"],
      [forged, "badAuthentication"],
    ] as const;
    for (const [beacon] of cases) bench.hear(beacon);
    equal(
      bench.trace.drops.map(({ reason }) => reason),
      cases.map(([, reason]) => reason),
    );
    equal(
      bench.trace.drops.map(({ layer }) => layer).every((layer) => layer === "beacon"),
      true,
    );
    equal(bench.trace.drops.at(-1)?.pdu, forged);
    equal(bench.ivIndex.current, IV_INDEX);
  });

  test("an authentic beacon that must not be obeyed is dropped with its reason [IVU/BI-01, IVU/BI-02, IVU/BI-04, IVU/BI-06, T-B9]", () => {
    const bench = Bench.started();
    bench.netKeys.add(7, NEW_KEY);
    const cases = [
      [KEY, IV_INDEX - 1, 0, "staleIvIndex"],
      [KEY, IV_INDEX, 2, "staleIvIndex"],
      [KEY, IV_INDEX + 1, 2, "ivUpdateTooSoon"],
      [KEY, IV_INDEX + 43, 0, "ivIndexTooHigh"],
      [KEY, 0xffffffff, 2, "ivIndexTooHigh"],
      [NEW_KEY, IV_INDEX + 2, 0, "notPrimary"],
      [KEY, IV_INDEX + 2, 1, "wrongPhase"],
    ] as const;
    for (const [key, ivIndex, flags] of cases) bench.hear(beaconOf(bench.crypto, key, ivIndex, flags));
    equal(
      bench.trace.reasons,
      cases.map(([, , , reason]) => reason),
    );
    equal([bench.ivIndex.current, bench.ivIndex.updating], [IV_INDEX, false]);
  });

  test("what is ignored for its IV Index does not lead a key refresh either [IVU/BI-02, IVU/BI-04]", () => {
    const bench = Bench.started();
    bench.netKeys.add(7, FOREIGN_KEY);
    for (const netKeyIndex of [0, 7])
      bench.netKeys.update(netKeyIndex, netKeyIndex === 0 ? NEW_KEY : OTHER_KEY);
    const phases = () => bench.netKeys.subnets.map(({ phase }) => phase);
    for (const flags of [0, 1]) {
      for (const ivIndex of [IV_INDEX - 1, IV_INDEX + 43]) {
        bench.hear(beaconOf(bench.crypto, NEW_KEY, ivIndex, flags));
      }
      bench.hear(beaconOf(bench.crypto, OTHER_KEY, IV_INDEX + 1, flags));
    }
    equal(phases(), [1, 1]);
    equal(
      bench.trace.reasons,
      [0, 1].flatMap(() => ["staleIvIndex", "ivIndexTooHigh", "notPrimary"]),
    );
    // It is only too early for the IV Index: the rest of it counts.
    bench.hear(beaconOf(bench.crypto, NEW_KEY, IV_INDEX + 1, 3));
    equal(phases(), [2, 1]);
    equal(bench.trace.reasons.at(-1), "ivUpdateTooSoon");
  });

  test("during an IV update the beacon of a node that is not in it yet leads a key refresh all the same", () => {
    const bench = Bench.started();
    bench.ivIndex.signal(true);
    bench.netKeys.update(0, NEW_KEY);
    bench.hear(beaconOf(bench.crypto, NEW_KEY, IV_INDEX, 1));
    equal(bench.netKeys.get(0)?.phase, 2);
    equal([bench.ivIndex.current, bench.ivIndex.updating], [IV_INDEX + 1, true]);
  });

  test("a key refresh is led by beacons; the old key's are not heard any more from phase 2 on [KR/BV-02]", () => {
    const bench = Bench.started();
    const phase = () => bench.netKeys.get(0)?.phase;
    bench.netKeys.update(0, NEW_KEY);
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX));
    equal(phase(), 1);
    bench.hear(beaconOf(bench.crypto, NEW_KEY, IV_INDEX, 1));
    equal(phase(), 2);
    equal(bench.trace.drops, []);
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX + 9));
    equal(bench.trace.reasons, ["unknownNetworkId"]);
    bench.hear(beaconOf(bench.crypto, NEW_KEY, IV_INDEX, 0));
    equal(phase(), 0);
    bench.hear(beaconOf(bench.crypto, NEW_KEY, IV_INDEX + 9, 1));
    equal(bench.trace.reasons, ["unknownNetworkId", "wrongPhase"]);
    equal(bench.ivIndex.current, IV_INDEX);
  });

  test("a beacon that comes again is not authenticated again, of either key; another one is", () => {
    const bench = Bench.started();
    bench.netKeys.update(0, NEW_KEY);
    const old = beaconOf(bench.crypto, KEY, IV_INDEX);
    const forged = old.slice();
    forged[14] = (forged[14] ?? 0) ^ 1;
    const cost = (beacon: Uint8Array): number => {
      const before = bench.blocks.count;
      bench.hear(beacon);
      return bench.blocks.count - before;
    };
    ok(cost(old) > 0);
    for (let i = 0; i < 3; i++) equal(cost(old), 0);
    ok(cost(forged) > 0);
    ok(cost(forged) > 0, "what is not authentic is not remembered");
    equal(cost(old), 0);
    equal(bench.trace.reasons, ["badAuthentication", "badAuthentication"]);
    const next = beaconOf(bench.crypto, NEW_KEY, IV_INDEX, 1);
    ok(cost(next) > 0);
    equal(bench.netKeys.get(0)?.phase, 2);
    bench.hear(next);
    equal(cost(next), 0);
  });

  test("a beacon that could not be obeyed for want of storage is obeyed when it comes again", () => {
    const bench = Bench.started();
    const beacon = beaconOf(bench.crypto, KEY, IV_INDEX + 3);
    bench.storage.failAt(1);
    bench.hear(beacon);
    equal(bench.ivIndex.current, IV_INDEX);
    bench.hear(beacon);
    equal(bench.ivIndex.current, IV_INDEX + 3);
    equal(bench.trace.drops, []);
  });

  test("after stop a node neither sends nor hears", () => {
    const bench = Bench.started();
    bench.taken();
    bench.clock.advance(9_000);
    bench.beacon.stop();
    bench.beacon.changed();
    bench.hear(beaconOf(bench.crypto, KEY, IV_INDEX + 3));
    bench.clock.advance(100_000);
    equal(bench.taken(), []);
    equal(bench.ivIndex.current, IV_INDEX);
    bench.beacon.start();
    bench.clock.advance(SOON_MS);
    equal(bench.told(), ["00 3eca 12345678"]);
  });
};

/** A beacon with other flags, authentic all the same. */
function beaconWithFlags(crypto: Crypto, beacon: Uint8Array, flags: number): Uint8Array {
  const { beaconKey } = new NetworkKey(crypto, KEY);
  const changed = beacon.slice();
  changed[1] = flags;
  changed.set(cmac(beaconKey, changed.subarray(1, 14)).subarray(0, 8), 14);
  return changed;
}
