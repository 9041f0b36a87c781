/** A small world for conversations: one clock, one air, nodes and phones on it; nothing happens until time passes. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SimulatedGattServer, type SimulatedGattServerOptions } from "../../host/simulator/gatt-server.js";
import { type Faults, Medium } from "../../host/simulator/medium.js";
import { Phone } from "../../host/simulator/phone/phone.js";
import type {
  ProvisioningFailure,
  ProvisioningOptions,
  ProvisioningResult,
} from "../../host/simulator/phone/provisioning.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import type { Element } from "../../modules/access/model.js";
import type { Features } from "../../modules/network/node-states.js";
import { type Capacity, defaultCapacity, MeshNode } from "../../modules/node.js";
import type { Board, Clock, Crypto, Platform, Random, Settings, Timer } from "../../modules/platform.js";
import { type Policy, readPolicy } from "../../modules/policy.js";
import { FakeClock } from "./fake-clock.js";
import { MemoryStorage } from "./memory-storage.js";
import { Person } from "./person.js";
import { hex } from "./provisionee-bench.js";
import { RecordingTrace } from "./recording-trace.js";

/** The Device UUID of the specification's samples. MshPRT 8.7.1. */
export const DEVICE_UUID = hex("70cf7c9732a345b691494810d2e9cbf4");

/** Provisioning data as a phone hands them over. */
export const PROVISIONING_DATA = Object.freeze({
  netKey: hex("efb2255e6422d330088e09bb015ed707"),
  netKeyIndex: 0x0567,
  flags: 0,
  ivIndex: 0x01020304,
  unicastAddress: 0x0b0c,
});

/** How one node is made. */
export interface NodeOptions {
  readonly name?: string;
  readonly storage?: MemoryStorage;
  readonly settings?: Readonly<Record<string, string>>;
  readonly policy?: Partial<Policy>;
  /** Elements without models of their own; 1 unless given, or unless `elements` are. */
  readonly numberOfElements?: number;
  readonly elements?: readonly Element[];
  readonly features?: Partial<Features>;
  readonly capacity?: Partial<Capacity>;
  readonly random?: Random;
  readonly crypto?: Crypto;
  /** The Device UUID of the samples unless given. */
  readonly deviceUuid?: Uint8Array;
  /** A GATT server of this kind; none unless given. */
  readonly gatt?: Omit<SimulatedGattServerOptions, "port" | "clock">;
}

/** A node, and everything that a test may look at. */
export interface NodeUnderTest {
  readonly node: MeshNode;
  readonly radio: SimulatedRadio;
  readonly storage: MemoryStorage;
  readonly trace: RecordingTrace;
  /** Each advertising event that it sent: when, and its AD structures. */
  readonly sent: { readonly atMs: number; readonly data: Uint8Array }[];
  /** The seconds of every call for attention. */
  readonly attention: number[];
  readonly person: Person;
  readonly clock: DeviceClock;
  /** The states that it told its listener, in order. */
  readonly states: string[];
}

/** A phone, and how its last provisioning ended. */
export interface PhoneInHand {
  readonly phone: Phone;
  readonly beacons: { readonly uuid: Uint8Array; readonly oobInformation: number }[];
  results: ProvisioningResult[];
  failures: ProvisioningFailure[];
  /** Provision the device of the samples, or another; what is left out is No OOB with the strongest algorithm. */
  provision(options?: Partial<ProvisioningOptions>, deviceUuid?: Uint8Array): void;
}

/** A device's share of the world's time: nothing expires for it once its power is off. */
class DeviceClock implements Clock {
  readonly #clock: Clock;
  #isOn = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  createTimer(expired: () => void): Timer {
    return this.#clock.createTimer(() => {
      if (this.#isOn) expired();
    });
  }

  switchOff(): void {
    this.#isOn = false;
  }
}

/** One clock, one air. seed: of everything that is left to chance. */
export class World {
  readonly clock = new FakeClock();
  readonly medium: Medium;
  readonly random: SeededRandom;

  constructor(seed = 1, faults?: Omit<Faults, "random">) {
    this.random = new SeededRandom(seed);
    this.medium = new Medium(this.clock, faults && { ...faults, random: new SeededRandom(seed + 1000) });
  }

  /** A node, switched on. */
  addNode(options: NodeOptions = {}): NodeUnderTest {
    const { name = "node", storage = new MemoryStorage(), policy = {}, numberOfElements = 1 } = options;
    const elements =
      options.elements ?? Array.from({ length: numberOfElements }, () => ({ location: 0, models: [] }));
    const sent: { atMs: number; data: Uint8Array }[] = [];
    const clock = new DeviceClock(this.clock);
    const radio = new SimulatedRadio({
      medium: this.medium,
      name,
      clock,
      random: new SeededRandom(99),
      observer: {
        sent: (data) => sent.push({ atMs: this.clock.now(), data: data.slice() }),
        received: () => {},
      },
    });
    const settings: Settings = { get: (key) => options.settings?.[key] };
    const platform: Platform = {
      deviceUuid: options.deviceUuid ?? DEVICE_UUID,
      clock,
      random: options.random ?? this.random,
      storage,
      radio,
      gattServer: options.gatt && new SimulatedGattServer({ ...options.gatt, port: radio.port, clock }),
      crypto: options.crypto ?? createNobleCrypto(clock),
      board: bareBoard(),
      trace: new RecordingTrace(),
      settings,
    };
    const attention: number[] = [];
    const states: string[] = [];
    const person = new Person();
    const product = {
      composition: { companyId: 0x05f1, productId: 0x0002, versionId: 0x0003, elements },
      policy: { ...readPolicy(settings, { outputActions: 0, inputActions: 0 }), ...policy },
      features: { relay: true, proxy: false, friend: false, lowPower: false, ...options.features },
      capacity: { ...defaultCapacity, ...options.capacity },
    };
    const node = new MeshNode(platform, product, person, {
      stateChanged: (changed) => states.push(changed.state),
      attention: (seconds) => attention.push(seconds),
    });
    const trace = platform.trace instanceof RecordingTrace ? platform.trace : new RecordingTrace();
    const underTest = { node, radio, storage, trace, sent, attention, person, states, clock };
    node.start();
    return underTest;
  }

  /** Switch the node's power off: its radio leaves the air, and nothing expires for it any more. */
  switchOff({ radio, clock }: NodeUnderTest): void {
    clock.switchOff();
    radio.close();
  }

  addPhone(name = "phone"): PhoneInHand {
    const beacons: { uuid: Uint8Array; oobInformation: number }[] = [];
    const radio = new SimulatedRadio({
      medium: this.medium,
      name,
      clock: this.clock,
      random: new SeededRandom(98),
    });
    const phone = new Phone({
      radio,
      clock: this.clock,
      random: this.random,
      beacon: (device) =>
        beacons.push({ uuid: device.deviceUuid.slice(), oobInformation: device.oobInformation }),
    });
    const inHand: PhoneInHand = {
      phone,
      beacons,
      results: [],
      failures: [],
      provision: (options = {}, deviceUuid = DEVICE_UUID) =>
        phone.provision(
          deviceUuid,
          { data: PROVISIONING_DATA, authentication: { method: "none" }, ...options },
          {
            finished: (result) => inHand.results.push(result),
            failed: (failure) => inHand.failures.push(failure),
          },
        ),
    };
    return inHand;
  }
}

function bareBoard(): Board {
  return {
    led: { dimmable: false, write: () => {} },
    button: { listen: () => {} },
    buzzer: undefined,
    vibrator: undefined,
    rotary: undefined,
    keypad: undefined,
    display: undefined,
  };
}
