/** What a mesh peer hears and is asked to send. Addresses, key indexes and sequence numbers are plain numbers. */

import type { Clock, Radio } from "../../../../modules/platform.js";
import type { PeerBearer } from "./peer-bearer.js";

/** The key that secures an access message: the device key of the node with this primary address, or an AppKey. */
export type MessageKey = { readonly device: number } | { readonly app: number };

/** What a peer is made of. */
export interface MeshPeerOptions {
  /** A radio of its own, not opened yet; or else a bearer. */
  readonly radio?: Radio;
  readonly bearer?: PeerBearer;
  readonly clock: Clock;
  /** The address that it sends from, and acknowledges segments for, unless told otherwise. */
  readonly address: number;
  /** Default: 5. */
  readonly ttl?: number;
  /** The first sequence number of every source; default: 0. */
  readonly sequence?: number;
  /** How often each network PDU is sent; default: once. */
  readonly transmissions?: number;
  /** From the end of one advertising event to the start of the next; 0: back to back. Default: 20. */
  readonly intervalMs?: number;
  /** After how long segments that were not acknowledged are sent again; default: 400. */
  readonly retransmissionMs?: number;
}

/** How a message goes; what is left out is the peer's usual choice. */
export interface Route {
  readonly dst: number;
  /** Default: the peer's address. The peer acknowledges segments for every source it has ever used. */
  readonly src?: number;
  /** Default: that of the options. */
  readonly ttl?: number;
  /** Default: the one that the AppKey is bound to; else the first one added. */
  readonly netKeyIndex?: number;
  /** Secure with the new NetKey (and AppKey) of a key refresh, or with the old; default: as the phase says. */
  readonly newKey?: boolean;
  /** Default: that of the subnet, less one while an IV update is in progress. */
  readonly ivIndex?: number;
  /** The first sequence number; the following PDUs count on from it, the source's own counter stands still. */
  readonly seq?: number;
}

/** An access message to send. */
export interface AccessToSend extends Route {
  readonly key: MessageKey;
  /** Opcode and parameters. */
  readonly message: Uint8Array;
  /** The Label UUID when `dst` is virtual; default: the first one added that has this address. */
  readonly label?: Uint8Array;
  /** Octets of TransMIC; 8 always goes in segments. Default: 4. */
  readonly micSize?: 4 | 8;
  /** In segments even when it would fit into one PDU; default: only when it must. */
  readonly segmented?: boolean;
}

/** A transport control message to send. */
export interface ControlToSend extends Route {
  readonly opcode: number;
  readonly parameters: Uint8Array;
  readonly segmented?: boolean;
}

/** A proxy configuration message to send. SRC is the peer's, DST and TTL are 0, unless told otherwise. MshPRT 6.6. */
export interface ConfigurationToSend extends Partial<Route> {
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

/** Any lower transport PDU, legal or not. */
export interface TransportToSend extends Route {
  readonly ctl: 0 | 1;
  readonly transportPdu: Uint8Array;
}

/** A segment acknowledgment to send by hand. MshPRT 3.5.2.3.1. */
export interface AcknowledgmentToSend extends Route {
  readonly seqZero: number;
  /** 32 bits; bit n stands for segment n. */
  readonly ackedSegments: number;
  /** On behalf of a Low Power node; default: 0. */
  readonly obo?: 0 | 1;
}

/** A secure network beacon to send. MshPRT 3.10.3. */
export interface BeaconToSend {
  readonly netKeyIndex?: number;
  /** Bit 0 key refresh, bit 1 IV update. Default: as the peer's keys stand. */
  readonly flags?: number;
  /** Default: that of the subnet. */
  readonly ivIndex?: number;
  /** On the new key of a key refresh; default: as the phase says. */
  readonly newKey?: boolean;
  /** 8 octets instead of the right ones. */
  readonly authenticationValue?: Uint8Array;
}

/** The clear fields of a network PDU. MshPRT 3.4.4. */
export interface NetworkFields {
  readonly ctl: 0 | 1;
  readonly ttl: number;
  readonly seq: number;
  readonly src: number;
  readonly dst: number;
  /** The lower transport PDU. */
  readonly transportPdu: Uint8Array;
}

/** A network PDU as it came from the air; each copy that was heard is one. */
export interface NetworkPduHeard extends NetworkFields {
  readonly atMs: number;
  /** The octets on the air. */
  readonly pdu: Uint8Array;
  readonly netKeyIndex: number;
  /** It was secured with the new key of a key refresh. */
  readonly newKey: boolean;
  /** The IV Index that it was secured with. */
  readonly ivIndex: number;
}

/** Where a message came from; of a segmented one, `atMs` and `ttl` are those of the segment that completed it. */
export interface MessageHeard {
  readonly atMs: number;
  readonly src: number;
  readonly dst: number;
  readonly ttl: number;
  /** Of segmented messages: that of segment 0. */
  readonly seq: number;
  readonly ivIndex: number;
  readonly netKeyIndex: number;
  readonly segmented: boolean;
}

/** An access message that a key of the peer opened, whomever it was for. */
export interface AccessMessageHeard extends MessageHeard {
  /** Its one to three octets as one number, the first one the highest: 0x8003, or 0xd50a00 for a vendor's. */
  readonly opcode: number;
  readonly parameters: Uint8Array;
  /** Opcode and parameters. */
  readonly message: Uint8Array;
  readonly key: MessageKey;
  /** It was secured with the new AppKey of a key refresh. */
  readonly newAppKey: boolean;
  /** The Label UUID that it was sent to. */
  readonly label: Uint8Array | undefined;
  readonly micSize: 4 | 8;
}

/** A transport control message, segment acknowledgments (opcode 0) included. */
export interface ControlMessageHeard extends MessageHeard {
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

/** A private beacon that a key of the peer opened. MshPRT 3.10.4. */
export interface PrivateBeaconHeard {
  readonly atMs: number;
  /** Bit 0 key refresh, bit 1 IV update. */
  readonly flags: number;
  readonly ivIndex: number;
  readonly netKeyIndex: number;
  readonly newKey: boolean;
  /** The whole payload: its Random and its authentication tag. */
  readonly payload: Uint8Array;
}

/** A secure network beacon. MshPRT 3.10.3. */
export interface BeaconHeard {
  readonly atMs: number;
  /** Bit 0 key refresh, bit 1 IV update. */
  readonly flags: number;
  readonly networkId: Uint8Array;
  readonly ivIndex: number;
  /** undefined: the Network ID is of no key that the peer has. */
  readonly netKeyIndex: number | undefined;
  /** It belongs to the new key of a key refresh. */
  readonly newKey: boolean;
  /** Its authentication value fits that key. */
  readonly authentic: boolean;
}
