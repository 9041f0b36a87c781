/** Our own phone in real time, with noble as its radio, and what a test does with it. */

import { setTimeout } from "node:timers/promises";
import { RealClock } from "../../../host/simulator/clock.js";
import type { MeshAdvertisement } from "../../../host/simulator/phone/gatt/advertisement.js";
import { GattPhone, type PhoneHabits, type Seen } from "../../../host/simulator/phone/gatt/gatt-phone.js";
import { ProxyClient } from "../../../host/simulator/phone/gatt/proxy-client.js";
import { type ConfigStatus, decodeStatus } from "../../../host/simulator/phone/mesh/config-status.js";
import type { AccessMessageHeard, AccessToSend } from "../../../host/simulator/phone/mesh/peer-types.js";
import type {
  ProvisioningFailure,
  ProvisioningOptions,
  ProvisioningResult,
} from "../../../host/simulator/phone/provisioning.js";
import { SecureRandom } from "../../../host/simulator/random.js";
import type { Bench } from "../bench.js";
import { Central } from "./central.js";
import { NobleRadio } from "./noble-radio.js";

/** The address that the phone has in its network. */
export const phoneAddress = 0x0001;

const FOUND_MS = 10_000;
const DONE_MS = 20_000;
const PROVISIONED_MS = 60_000;
/** How long one scan lasts: a virtual controller reports a steady advertiser once in each. */
const SCAN_MS = 500;

/** A provisioning that failed, as an error. */
export class ProvisioningError extends Error {
  readonly failure: ProvisioningFailure;

  constructor(failure: ProvisioningFailure) {
    super(`the provisioning failed: ${JSON.stringify(failure)}`);
    this.failure = failure;
  }
}

/** controllers: where it gets its own; mtu: what it asks for. */
export interface RealPhoneOptions {
  readonly controllers: string;
  readonly name?: string;
  readonly mtu: number;
  readonly habits?: PhoneHabits;
}

/** One phone. It is gone when its test ends. */
export class RealPhone {
  readonly phone: GattPhone;
  readonly client: ProxyClient;
  readonly central: Central;
  readonly #radio: NobleRadio;

  static async start(bench: Bench, options: RealPhoneOptions): Promise<RealPhone> {
    const { controllers, name = "phone" } = options;
    const central = await Central.start({ folder: bench.path(name), controllers });
    bench.later(() => central.stop());
    const clock = new RealClock();
    bench.later(() => clock.close());
    return new RealPhone(central, clock, options);
  }

  private constructor(central: Central, clock: RealClock, { mtu, habits = {} }: RealPhoneOptions) {
    this.central = central;
    this.#radio = new NobleRadio({ central, mtu });
    this.phone = new GattPhone({ central: this.#radio, clock, random: new SecureRandom(), habits });
    this.client = new ProxyClient({ clock, address: phoneAddress });
  }

  /** The next mesh advertisement that fits. */
  async find(what: string, fits: (mesh: MeshAdvertisement, seen: Seen) => boolean): Promise<Seen> {
    let found: Seen | undefined;
    this.phone.await(
      (seen) => seen.mesh !== undefined && fits(seen.mesh, seen),
      (seen) => {
        found = seen;
      },
    );
    for (const lateMs = performance.now() + FOUND_MS; performance.now() < lateMs; ) {
      this.#radio.scanAnew();
      await until(what, SCAN_MS, () => found).catch(() => {});
      if (found !== undefined) return found;
    }
    throw new Error(`not within ${FOUND_MS} ms: ${what}`);
  }

  /** All mesh advertisements that are on the air in a time of about two seconds. */
  async lookAround(): Promise<readonly MeshAdvertisement[]> {
    const { seen } = this.phone;
    this.#radio.scanAnew();
    // What was on its way is over.
    await setTimeout(SCAN_MS);
    const before = seen.length;
    for (let scan = 0; scan < 4; scan++) {
      this.#radio.scanAnew();
      await setTimeout(SCAN_MS);
    }
    return seen.slice(before).flatMap(({ mesh }) => (mesh === undefined ? [] : [mesh]));
  }

  /** Provision what advertises there; done with the result when it is over, or when nothing comes of it. */
  async provision(address: Uint8Array, options: ProvisioningOptions): Promise<ProvisioningResult> {
    const { events } = this.phone;
    const before = events.length;
    let outcome: ProvisioningResult | Error | undefined;
    this.phone.provision(address, options, {
      finished: (result) => {
        outcome = result;
      },
      failed: (failure) => {
        outcome = new ProvisioningError(failure);
      },
    });
    const gaveUp = () =>
      events.slice(before).find(({ what }) => what === "gaveUp" || what.startsWith("fault"));
    const found = await until("the provisioning ends", PROVISIONED_MS, () => {
      const event = outcome === undefined ? gaveUp() : undefined;
      return event === undefined ? outcome : new Error(`the provisioning came to nothing: ${event.what}`);
    });
    if (found instanceof Error) throw found;
    return found;
  }

  /** Connect to the proxy that advertises there; done when its link is open. */
  async join(address: Uint8Array): Promise<void> {
    this.phone.join(address, this.client);
    await until("the proxy's link is open", DONE_MS, () => this.client.isOpen || undefined);
  }

  /** End the connection; done when it has ended. */
  async disconnect(): Promise<void> {
    this.phone.disconnect();
    await until("the connection has ended", DONE_MS, () => this.phone.link === undefined || undefined);
  }

  /** Send a message, and wait for the answer under the same key. */
  async ask(message: AccessToSend): Promise<AccessMessageHeard> {
    const { peer } = this.client;
    const before = new Set(peer.received);
    const key = JSON.stringify(message.key);
    peer.send(message);
    return until("an answer", DONE_MS, () =>
      peer.received.find(
        (heard) => !before.has(heard) && heard.dst === peer.address && JSON.stringify(heard.key) === key,
      ),
    );
  }

  /** Send a configuration message to a node, and wait for its status. */
  async configure(node: number, message: Uint8Array): Promise<ConfigStatus> {
    const answer = await this.ask({ dst: node, key: { device: node }, message });
    const status = decodeStatus(answer.message);
    if (status === undefined) throw new Error("the answer is no status");
    return status;
  }
}

/** Done with what `check` finds as soon as it finds something; fails after `timeoutMs`, naming `what`. */
export async function until<Found>(
  what: string,
  timeoutMs: number,
  check: () => Found | undefined,
): Promise<Found> {
  for (const lateMs = performance.now() + timeoutMs; performance.now() < lateMs; await setTimeout(2)) {
    const found = check();
    if (found !== undefined) return found;
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`);
}
