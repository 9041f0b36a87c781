/** What the provisioning protocol asks of PB-ADV and PB-GATT: whole Provisioning PDUs, in order. MshPRT 5.2. */

/** Why a link is closed: success, timeout, fail. MshPRT 5.3.1.4.3. */
export const LinkCloseReason = Object.freeze({ Success: 0, Timeout: 1, Fail: 2 } as const);
export type LinkCloseReason = (typeof LinkCloseReason)[keyof typeof LinkCloseReason];

/** The side of the unprovisioned device. */
export interface ProvisioningBearer {
  /** How long the provisioner has to close the link after Complete, before the device does; undefined: 5000. */
  readonly patienceMs?: number;
  /** Become visible and take one link. */
  accept(listener: ProvisioningBearerListener): void;
  /** Become invisible; an open link stays. */
  refuse(): void;
  /** One Provisioning PDU at a time, until `sent`. Copies it. isLast: what comes then is no answer to it. */
  send(pdu: Uint8Array, isLast?: boolean): void;
  /** `linkClosed` follows in a later turn. */
  close(reason: LinkCloseReason): void;
}

/** The listener is spoken to between `linkOpened` and `linkClosed` only. */
export interface ProvisioningBearerListener {
  linkOpened(bearer: ProvisioningBearer): void;
  /** The link is gone, by either side; after it, the bearer is invisible until `accept`. */
  linkClosed(reason: LinkCloseReason): void;
  /** A whole PDU; where the bearer acknowledges, its acknowledgment has left. */
  received(pdu: Uint8Array): void;
  /** The PDU has been acknowledged, or handed over by GATT. */
  sent(): void;
}
