/** Mesh peers in the air of one clock: for tests of the peers themselves. */

import { type Faults, Medium } from "../../host/simulator/medium.js";
import { MeshPeer } from "../../host/simulator/phone/mesh/mesh-peer.js";
import type { MeshPeerOptions } from "../../host/simulator/phone/mesh/peer-types.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { FakeClock } from "./fake-clock.js";
import { hex } from "./provisionee-bench.js";

/** The keys of the specification's samples. MshPRT 8.3. */
export const SAMPLE_KEYS = Object.freeze({
  netKey: hex("7dd7364cd842ad18c17c2b820c84c3d6"),
  appKey: hex("63964771734fbd76e3b40519d1d94a48"),
  deviceKey: hex("9d6dd0e96eb25dc19a40ed9914f8f03f"),
  ivIndex: 0x12345678,
});

/** The index of the one AppKey that every peer of the bench has; the NetKey's is 0. */
export const APP_KEY_INDEX = 0x123;

/** One clock, one air. */
export class MeshBench {
  readonly clock = new FakeClock();
  readonly medium: Medium;
  readonly #seed: number;

  constructor(seed = 1, faults?: Omit<Faults, "random">) {
    this.#seed = seed;
    this.medium = new Medium(this.clock, faults && { ...faults, random: new SeededRandom(seed + 1000) });
  }

  /** A peer that has the NetKey and the AppKey of the samples. */
  addPeer(address: number, options: Partial<MeshPeerOptions> = {}): MeshPeer {
    const { clock, medium } = this;
    const random = new SeededRandom(this.#seed + address);
    const radio = new SimulatedRadio({ medium, name: `peer ${address}`, clock, random });
    const peer = new MeshPeer({ radio, clock, address, ...options });
    peer.addNetwork({ netKeyIndex: 0, netKey: SAMPLE_KEYS.netKey, ivIndex: SAMPLE_KEYS.ivIndex });
    peer.addAppKey(0, APP_KEY_INDEX, SAMPLE_KEYS.appKey);
    return peer;
  }

  pass(ms: number): void {
    this.clock.advance(ms);
  }
}
