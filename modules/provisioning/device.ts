/** The unprovisioned device: it beacons, takes one link at a time, and becomes a node at the end of one. MshPRT 5.4.2. */

import type { Advertiser } from "../bearer/advertiser.js";
import type { Platform } from "../platform.js";
import type { Policy } from "../policy.js";
import { LinkCloseReason, type ProvisioningBearer, type ProvisioningBearerListener } from "./bearer.js";
import { type KeyPair, P256 } from "./p256.js";
import { PbAdv } from "./pb-adv.js";
import { Provisionee, type ProvisioneeListener } from "./provisionee.js";
import { UnprovisionedBeacon } from "./unprovisioned-beacon.js";

/** Who learns what becomes of the device. */
export interface UnprovisionedDeviceListener extends ProvisioneeListener {
  /** A provisioner has opened a link. */
  linkOpened(): void;
  /** The link is gone, and the device stopped; whether it is a node now, the storage knows. */
  linkClosed(): void;
}

type State =
  | { readonly name: "stopped" }
  /** The key pair for the next link is being computed: no link is accepted without it. */
  | { readonly name: "preparing" }
  | { readonly name: "visible"; readonly keyPair: KeyPair }
  | { readonly name: "linked"; readonly bearer: ProvisioningBearer };

/** The role that a node has until it is provisioned. */
export class UnprovisionedDevice implements ProvisioningBearerListener {
  readonly #platform: Platform;
  readonly #listener: UnprovisionedDeviceListener;
  readonly #p256: P256;
  readonly #bearers: readonly ProvisioningBearer[];
  readonly #beacon: UnprovisionedBeacon;
  readonly #provisionee: Provisionee;
  #state: State = { name: "stopped" };

  /** numberOfElements: 1 to 255. */
  constructor(
    platform: Platform,
    advertiser: Advertiser,
    product: { readonly policy: Policy; readonly numberOfElements: number },
    listener: UnprovisionedDeviceListener,
  ) {
    const { clock, crypto, random, trace, deviceUuid } = platform;
    const { policy, numberOfElements } = product;
    this.#platform = platform;
    this.#listener = listener;
    this.#p256 = new P256(crypto, random, trace);
    this.#bearers = [new PbAdv({ deviceUuid, advertiser, clock, random, trace })];
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
      listener,
    });
  }

  /** Prepare a key pair, then be visible until a link is opened. */
  start(): void {
    if (this.#state.name !== "stopped") throw new RangeError("the unprovisioned device is at work");
    this.#state = { name: "preparing" };
    this.#p256.generateKeyPair((keyPair) => this.#show(keyPair));
  }

  /** Give up an open link: `linkClosed` follows. */
  closeLink(): void {
    if (this.#state.name === "linked") this.#state.bearer.close(LinkCloseReason.Fail);
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
    this.#provisionee.end();
    this.#state = { name: "stopped" };
    this.#listener.linkClosed();
  }

  #show(keyPair: KeyPair): void {
    this.#state = { name: "visible", keyPair };
    for (const bearer of this.#bearers) bearer.accept(this);
    this.#beacon.start();
    this.#platform.trace.note("beacon", "beaconing");
  }
}
