/** What a mesh peer sends with and hears by: the air, or a proxy. */

/** The two kinds of payload, by the AD types that they have on the air. Assigned Numbers, 2.3. */
export const PayloadType = Object.freeze({ Message: 0x2a, Beacon: 0x2b } as const);

/** A payload has come; it is the receiver's own. adType: see `PayloadType`; on the air there are others. */
export type Heard = (adType: number, payload: Uint8Array) => void;

/** How one payload is sent. */
export interface Sending {
  /** How often; default: once. A proxy takes everything once. */
  readonly count?: number;
  /** Its last event is over. */
  readonly sent?: () => void;
}

/** Sends one payload after the other; nothing overtakes. */
export interface PeerBearer {
  /** Begin, once. */
  open(heard: Heard): void;
  /** payload: at most 29 octets; copied. */
  send(adType: number, payload: Uint8Array, sending?: Sending): void;
  /** Payloads that have not been sent as often as they should. */
  readonly length: number;
  /** Forget what waits. */
  clear(): void;
}
