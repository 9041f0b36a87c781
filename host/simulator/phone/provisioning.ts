/** What a provisioner is told, what it stands on, and how it ends. MshPRT 5.4. */

import type { Clock, Random } from "../../../modules/platform.js";
import type { Authentication } from "./choice.js";
import type { P256 } from "./p256.js";
import type { Capabilities, ProvisioningData } from "./pdu.js";
import type { Algorithm } from "./security.js";

/** The Reason field of Link Close; a device may send others. MshPRT 5.3.1.4.3. */
export const LinkCloseReason = Object.freeze({ Success: 0x00, Timeout: 0x01, Fail: 0x02 } as const);
export type LinkCloseReason = (typeof LinkCloseReason)[keyof typeof LinkCloseReason];

/** The bearer below. One `send` at a time: the next one after `sent`. MshPRT 5.2. */
export interface ProvisioningLink {
  send(pdu: Uint8Array): void;
  /** `closed` follows. Where a bearer cannot tell the device why, it just ends. */
  close(reason: LinkCloseReason): void;
}

/** Who uses a link: the provisioner. Octets are borrowed. */
export interface ProvisioningLinkListener {
  /** The link is there. */
  opened(): void;
  /** A whole Provisioning PDU. */
  received(pdu: Uint8Array): void;
  /** The PDU given to `send` has been delivered. */
  sent(): void;
  /** The link is gone, or was never opened; reason: the one sent or heard. MshPRT 5.3.1.4.3. */
  closed(reason: number): void;
}

/** What the provisioner works with. */
export interface ProvisionerPlatform {
  readonly clock: Clock;
  readonly random: Random;
  readonly curve: P256;
}

/** How one device is provisioned. */
export interface ProvisioningOptions {
  readonly data: ProvisioningData;
  readonly authentication: Authentication;
  /** Default: 0. */
  readonly attentionSeconds?: number;
  /** Default: "strongest", as MshPRT 5.4.2.3 demands; a number is used when the device offers it. */
  readonly algorithm?: "strongest" | Algorithm;
  /** The device's public key, X and Y, got out of band. */
  readonly oobPublicKey?: Uint8Array;
  /** Instead of a drawn one: 32 octets. */
  readonly privateKey?: Uint8Array;
  /** Instead of a drawn RandomProvisioner: 16 octets, 32 with HMAC. */
  readonly randomProvisioner?: Uint8Array;
  /** What really goes out instead of a PDU; undefined: nothing. For attacks. */
  readonly tamper?: (pdu: Uint8Array) => Uint8Array | undefined;
  /** Every Provisioning PDU, as it goes out and comes in. */
  readonly observe?: (direction: "sent" | "received", pdu: Uint8Array) => void;
}

/** A device that became a node. */
export interface ProvisioningResult {
  readonly deviceKey: Uint8Array;
  readonly capabilities: Capabilities;
  readonly unicastAddress: number;
}

/** Why a provisioning failed. MshPRT 5.4.4. */
export type ProvisioningFault =
  /** The device sent Provisioning Failed. */
  | "deviceFailed"
  /** A PDU of another type than the one expected. */
  | "unexpectedPdu"
  /** A wrong length, or a prohibited value. */
  | "badFormat"
  /** The device does not offer the algorithm, the authentication or the OOB key that is wanted. */
  | "notOffered"
  | "invalidPublicKey"
  | "ownPublicKey"
  | "ownConfirmation"
  | "confirmationFailed"
  /** The provisioning timer. */
  | "timeout"
  | "linkClosed"
  | "cancelled";

/** A provisioning that failed. */
export interface ProvisioningFailure {
  /** The provisioner's state when it happened. */
  readonly step: string;
  readonly fault: ProvisioningFault;
  /** Of the device's Provisioning Failed. MshPRT 5.4.1.10. */
  readonly errorCode?: number;
  /** Of the Link Close that was sent or heard. MshPRT 5.3.1.4.3. */
  readonly closeReason: number;
}

/** Who wants to know how it ended: one of the two, once, when the link is closed. */
export interface ProvisioningListener {
  finished(result: ProvisioningResult): void;
  failed(failure: ProvisioningFailure): void;
}
