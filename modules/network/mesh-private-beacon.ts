/**
 * The mesh private beacon: as the secure network beacon, but only members of the subnet see whose it is. MshPRT 3.10.4.2.
 *
 * It is sent for each subnet while the Private Beacon state is on, at the pace of those that are heard. Its Random is
 * new when the update interval has passed, and whenever it says something else than before.
 */

import { equal } from "../bytes.js";
import type { Trace } from "../platform.js";
import { BeaconSender, type BeaconSenderParts } from "./beacon-sender.js";
import { type BeaconState, isSameState } from "./beacon-state.js";
import { obeyBeacon } from "./obey-beacon.js";
import {
  BEACON_RANDOM_SIZE,
  decodeMeshPrivateBeacon,
  encodeMeshPrivateBeacon,
  MESH_PRIVATE_BEACON_SIZE,
} from "./private-beacon-pdu.js";
import type { PrivateStates } from "./private-states.js";
import type { SecureNetworkBeaconFields } from "./secure-beacon-pdu.js";
import type { NetworkKey, Subnet } from "./subnet.js";

/** One step of the Random Update Interval. MshPRT 4.2.44.2. */
const RANDOM_STEP_MS = 10_000;

/** What the beacon needs of its surroundings. */
export interface MeshPrivateBeaconParts extends BeaconSenderParts {
  readonly trace: Trace;
  readonly privateStates: PrivateStates;
}

/** The Random of one subnet's beacons, and what it was drawn for. */
interface Drawn {
  readonly subnet: Subnet;
  readonly random: Uint8Array;
  atMs: number;
  said: BeaconState | undefined;
}

/** Sends between `start` and `stop`, and obeys what is handed to it. */
export class MeshPrivateBeacon {
  readonly #parts: MeshPrivateBeaconParts;
  readonly #sender: BeaconSender;
  /** The last one that was authentic: repetitions, which count as others do, need not be authenticated again. */
  readonly #heard = new Uint8Array(MESH_PRIVATE_BEACON_SIZE);
  #heardKey: NetworkKey | undefined;
  #heardFields: SecureNetworkBeaconFields | undefined;
  #drawn: readonly Drawn[] = [];

  constructor(parts: MeshPrivateBeaconParts) {
    this.#parts = parts;
    this.#sender = new BeaconSender(parts, {
      isToBeSent: () => parts.privateStates.values.privateBeacon,
      write: (subnet, state, payload) =>
        encodeMeshPrivateBeacon(state, this.#randomFor(subnet, state), state.key.privateBeaconKey, payload),
    });
  }

  start(): void {
    this.#followSubnets();
    this.#sender.start();
  }

  stop(): void {
    this.#sender.stop();
    this.#drawn = [];
    this.#heardKey = undefined;
  }

  /** Keys, flags, the IV Index or the Private Beacon state have changed. */
  changed(): void {
    this.#followSubnets();
    this.#sender.changed();
  }

  /** A beacon of that type, from the air or from a proxy client. */
  received(pdu: Uint8Array): void {
    const { trace, netKeys } = this.#parts;
    if (pdu.length !== MESH_PRIVATE_BEACON_SIZE) {
      trace.drop("beacon", "badLength", pdu);
      return;
    }
    for (const subnet of netKeys.subnets) {
      for (const key of subnet.beaconKeys) if (this.#obey(pdu, subnet, key)) return;
    }
    trace.drop("beacon", "unknownNetworkId", pdu);
  }

  /** false: that key does not authenticate it. */
  #obey(pdu: Uint8Array, subnet: Subnet, key: NetworkKey): boolean {
    const beacon = this.#open(pdu, key);
    if (beacon === undefined) return false;
    this.#sender.heard(subnet);
    const reason = obeyBeacon(this.#parts, beacon, { subnet, key });
    if (reason !== undefined) this.#parts.trace.drop("beacon", reason, pdu);
    return true;
  }

  #open(pdu: Uint8Array, key: NetworkKey): SecureNetworkBeaconFields | undefined {
    if (key === this.#heardKey && equal(pdu, this.#heard)) return this.#heardFields;
    const beacon = decodeMeshPrivateBeacon(pdu, key.privateBeaconKey);
    if (beacon === undefined) return undefined;
    this.#heard.set(pdu);
    this.#heardKey = key;
    this.#heardFields = beacon;
    return beacon;
  }

  #followSubnets(): void {
    const { subnets } = this.#parts.netKeys;
    this.#drawn = this.#drawn.filter(({ subnet }) => subnets.includes(subnet));
  }

  #drawnFor(subnet: Subnet): Drawn {
    const known = this.#drawn.find((candidate) => candidate.subnet === subnet);
    if (known !== undefined) return known;
    const drawn: Drawn = { subnet, random: new Uint8Array(BEACON_RANDOM_SIZE), atMs: 0, said: undefined };
    this.#drawn = [...this.#drawn, drawn];
    return drawn;
  }

  /** The subnet's Random: another one when its time is over, or when the beacon says something else. MshPRT 3.10.4.2. */
  #randomFor(subnet: Subnet, state: BeaconState): Uint8Array {
    const { clock, random, privateStates } = this.#parts;
    const now = clock.now();
    const drawn = this.#drawnFor(subnet);
    const isOld = now - drawn.atMs >= privateStates.values.randomUpdateSteps * RANDOM_STEP_MS;
    if (isOld || !isSameState(drawn.said, state)) {
      random.fill(drawn.random);
      drawn.atMs = now;
      drawn.said = state;
    }
    return drawn.random;
  }
}
