/** The unprovisioned device: it beacons, takes one link at a time, and becomes a node at the end of one. MshPRT 5.4.2. */

import type { Advertiser } from "../bearer/advertiser.js";
import { ConnectableAdvertising } from "../bearer/connectable-advertising.js";
import type { Platform, Timer } from "../platform.js";
import type { Policy } from "../policy.js";
import { BackOff } from "./back-off.js";
import { LinkCloseReason, type ProvisioningBearer, type ProvisioningBearerListener } from "./bearer.js";
import type { OobUser } from "./oob-user.js";
import { type KeyPair, P256 } from "./p256.js";
import { PbAdv } from "./pb-adv.js";
import { PbGatt } from "./pb-gatt.js";
import { Provisionee, type ProvisioneeListener } from "./provisionee.js";
import { UnprovisionedBeacon } from "./unprovisioned-beacon.js";

/** Who learns what becomes of the device. */
export interface UnprovisionedDeviceListener extends Omit<ProvisioneeListener, "authenticationFailed"> {
  /** A provisioner has opened a link. */
  linkOpened(): void;
  /** The link is gone, and the device stopped; whether it is a node now, the storage knows. overGatt: it was PB-GATT. */
  linkClosed(overGatt: boolean): void;
}

/** What the device needs to know of its product. numberOfElements: 1 to 255. */
export interface DeviceProduct {
  readonly policy: Policy;
  readonly numberOfElements: number;
  readonly user: OobUser;
}

/** What clients that connect see of a device whose settings give it no name. */
const DEFAULT_NAME = "Fledgling";

type State =
  | { readonly name: "stopped" }
  /** The key pair for the next link is being computed: no link is accepted without it. */
  | { readonly name: "preparing" }
  /** An authentication has failed: the next attempt may not come yet. */
  | { readonly name: "backingOff"; readonly keyPair: KeyPair }
  | { readonly name: "visible"; readonly keyPair: KeyPair }
  | { readonly name: "linked"; readonly bearer: ProvisioningBearer };

/** The role that a node has until it is provisioned. */
export class UnprovisionedDevice implements ProvisioningBearerListener {
  readonly #platform: Platform;
  readonly #policy: Policy;
  readonly #backOff: BackOff;
  readonly #backOffTimer: Timer;
  readonly #listener: UnprovisionedDeviceListener;
  readonly #p256: P256;
  readonly #pbGatt: PbGatt | undefined;
  readonly #bearers: readonly ProvisioningBearer[];
  readonly #beacon: UnprovisionedBeacon;
  readonly #provisionee: Provisionee;
  #state: State = { name: "stopped" };
  /** The policy's own key pair has been computed, or there is none. */
  #hasOobKeyPair = false;

  constructor(
    platform: Platform,
    advertiser: Advertiser,
    product: DeviceProduct,
    listener: UnprovisionedDeviceListener,
  ) {
    const { clock, crypto, random, trace, deviceUuid } = platform;
    const { policy, numberOfElements, user } = product;
    this.#platform = platform;
    this.#policy = policy;
    this.#listener = listener;
    this.#backOff = new BackOff(platform.storage, trace);
    this.#backOffTimer = clock.createTimer(() => this.#backedOff());
    this.#p256 = new P256(crypto, random, trace);
    const pbAdv = new PbAdv({ deviceUuid, advertiser, clock, random, trace });
    this.#pbGatt = createPbGatt(platform, policy);
    this.#bearers = this.#pbGatt === undefined ? [pbAdv] : [pbAdv, this.#pbGatt];
    this.#beacon = new UnprovisionedBeacon({ advertiser, clock, random }, crypto, {
      deviceUuid,
      oobInformation: policy.oobInformation,
      uri: policy.uri,
    });
    this.#provisionee = new Provisionee({
      clock,
      crypto,
      random,
      trace,
      p256: this.#p256,
      policy,
      numberOfElements,
      user,
      listener: {
        attention: (seconds) => listener.attention(seconds),
        store: (record) => listener.store(record),
        authenticationFailed: () => this.#backOff.add(),
      },
    });
  }

  /** Prepare a key pair, wait where somebody may be guessing, then be visible until a link is opened. */
  start(): void {
    if (this.#state.name !== "stopped") throw new RangeError("the unprovisioned device is at work");
    this.#state = { name: "preparing" };
    const { delayMs } = this.#backOff;
    if (delayMs > 0) {
      this.#platform.trace.note("beacon", "backingOff", delayMs);
      this.#backOffTimer.start(delayMs);
    }
    this.#prepare();
  }

  /** Those who know the value are not guessing; and a device that is reset begins anew. */
  forgetFailures(): void {
    this.#backOff.clear();
    if (this.#backOffTimer.running) this.#backOffTimer.start(0);
  }

  /** Give up an open link, from which `linkClosed` follows, and connections that are none yet. */
  closeLinks(): void {
    if (this.#state.name === "linked") this.#state.bearer.close(LinkCloseReason.Fail);
    this.#pbGatt?.disconnect();
  }

  linkOpened(bearer: ProvisioningBearer): void {
    if (this.#state.name !== "visible") throw new RangeError("a link without a key pair");
    const { keyPair } = this.#state;
    this.#state = { name: "linked", bearer };
    for (const other of this.#bearers) if (other !== bearer) other.refuse();
    this.#beacon.stop();
    this.#platform.trace.note("beacon", "silent");
    this.#listener.linkOpened();
    this.#provisionee.begin(bearer, keyPair);
  }

  received(pdu: Uint8Array): void {
    this.#provisionee.received(pdu);
  }

  sent(): void {
    this.#provisionee.sent();
  }

  linkClosed(): void {
    const overGatt = this.#state.name === "linked" && this.#state.bearer === this.#pbGatt;
    this.#provisionee.end();
    this.#state = { name: "stopped" };
    this.#listener.linkClosed(overGatt);
  }

  #prepare(): void {
    const { oobPrivateKey } = this.#policy;
    if (oobPrivateKey === undefined || this.#hasOobKeyPair) {
      this.#p256.generateKeyPair((keyPair) => this.#prepared(keyPair));
      return;
    }
    this.#p256.completeKeyPair(oobPrivateKey, (keyPair) => {
      if (keyPair === undefined) throw new RangeError("the policy's private key is none");
      this.#provisionee.setOobKeyPair(keyPair);
      this.#hasOobKeyPair = true;
      this.#prepare();
    });
  }

  #prepared(keyPair: KeyPair): void {
    if (this.#backOffTimer.running) this.#state = { name: "backingOff", keyPair };
    else this.#show(keyPair);
  }

  #backedOff(): void {
    if (this.#state.name === "backingOff") this.#show(this.#state.keyPair);
  }

  #show(keyPair: KeyPair): void {
    this.#state = { name: "visible", keyPair };
    for (const bearer of this.#bearers) bearer.accept(this);
    this.#beacon.start();
    this.#platform.trace.note("beacon", "beaconing");
  }
}

/** undefined: the platform takes no connections. */
function createPbGatt(platform: Platform, { oobInformation, uri }: Policy): PbGatt | undefined {
  const { gattServer, radio, clock, trace, settings, deviceUuid } = platform;
  if (gattServer === undefined) return undefined;
  const advertising = new ConnectableAdvertising(radio, clock);
  const name = settings.get("name") ?? DEFAULT_NAME;
  return new PbGatt({
    ...{ gattServer, advertising, clock, trace },
    device: { deviceUuid, oobInformation, uri, name },
  });
}
