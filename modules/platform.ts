/**
 * What a platform provides, and nothing else: ten objects behind which a board, the simulator or a test stands.
 * Types only. Everything that `modules/` knows of time, randomness, flash, radio and people comes through here.
 *
 * Two rules hold for every interface: a call going down never causes a call coming up before it returns, and a
 * `Uint8Array` argument is borrowed until the call returns.
 */

/** Where in the node something happened: the specification's layers, and the storage. */
export type Layer =
  | "node"
  | "radio"
  | "pbAdv"
  | "pbGatt"
  | "provisioning"
  | "beacon"
  | "network"
  | "proxy"
  | "transport"
  | "access"
  | "storage";

/** Why received octets were dropped. Each names the sender's fault, or what made them meaningless here. */
export type DropReason =
  /** An AD structure reaches beyond the advertising data. Core Specification Supplement, Part A. */
  | "badAdLength"
  /** A PDU, field or segment has a length that the specification does not allow here. */
  | "badLength"
  /** The octets after reassembly do not fit their frame check sequence. MshPRT 5.3.1.1. */
  | "badFcs"
  /** SegN contradicts TotalLength, or SegmentIndex lies beyond SegN. MshPRT 5.3.1.1. */
  | "badSegment"
  /** A repeated Transaction Start says something else than the first one. MshPRT 5.3.3. */
  | "transactionChanged"
  /** A continuation whose Transaction Start was not heard. MshPRT 5.3.3. */
  | "noTransactionStart"
  /** A transaction number out of turn, or from the device's own range. MshPRT 5.2.1. */
  | "unexpectedTransaction"
  /** An acknowledgment of something that is not, or no longer, on its way. MshPRT 5.3.3. */
  | "staleAcknowledgment"
  /** A prohibited value in padding bits. MshPRT 5.3.1.2. */
  | "prohibitedValue"
  /** A bearer control opcode that is reserved for future use. MshPRT 5.3.1.4. */
  | "reservedOpcode"
  /** A Link Open for another device. MshPRT 5.3.1.4.1. */
  | "foreignUuid"
  /** A Link ID that is not the one of the open link. MshPRT 5.3.2. */
  | "unknownLink"
  /** A message that a device only sends, or one that comes too late. MshPRT 5.3.2. */
  | "unexpectedMessage"
  /** The link is being closed by us; nothing more is taken from it. */
  | "linkClosing"
  /** A finished computation or an entered value that nobody waits for any more. */
  | "stale"
  /** pbGatt, proxy: a segment that does not follow the one before it. MshPRT 6.3.2.2. */
  | "unexpectedSar"
  /** pbGatt, proxy: a Proxy PDU of a type that is reserved, or not for this service. MshPRT 6.3.2. */
  | "reservedType"
  /** pbGatt, proxy: written before the client has subscribed to the answers. MshPRT 5.2.2, 7.2.3. */
  | "notSubscribed"
  /** network: no NetKey of this node has that NID. MshPRT 3.4.6.3. */
  | "unknownNid"
  /** A message integrity check that no key of this node fits. MshPRT 3.4.6.3, 3.6.4.2. */
  | "badMic"
  /** network: a source or destination address that is not allowed there. MshPRT 3.4.3. */
  | "badAddress"
  /** network: somebody else, or an echo, uses an address of ours as source. */
  | "ownAddress"
  /** network: a PDU that was here already, from another way or as a repetition. MshPRT 3.4.6.5. */
  | "repeated"
  /** network: no room to process or to send on. */
  | "noRoom"
  /** transport: a sequence number that is not newer than the last one of its source. MshPRT 3.9.8. */
  | "replayed"
  /** transport: a new source, and no room for it in the replay protection list. MshPRT 3.9.8. */
  | "replayListFull"
  /** transport: the message could not be remembered durably, so it is not processed. */
  | "notRemembered"
  /** transport: a segment of a message that is older than one heard since. MshPRT 3.5.3.4. */
  | "staleSegment"
  /** transport: no key of this node belongs to that application key identifier. MshPRT 3.6.4.2. */
  | "unknownKey"
  /** access: an opcode that no model on the destination knows. MshPRT 3.7.3.4. */
  | "unknownOpcode"
  /** access: the model that knows the opcode is not bound to the key. MshPRT 3.7.3.2. */
  | "notBound"
  /** beacon: a Network ID that no NetKey of this node has. MshPRT 3.10.3.1. */
  | "unknownNetworkId"
  /** beacon: an authentication value that does not fit. MshPRT 3.10.3.1. */
  | "badAuthentication"
  /** beacon: an IV Index below ours, or one for a state that has passed. MshPRT 3.11.5. */
  | "staleIvIndex"
  /** beacon: an IV Index too far above ours. MshPRT 3.11.5, 3.11.6. */
  | "ivIndexTooHigh"
  /** beacon: an IV update that comes before its time. MshPRT 3.11.5. */
  | "ivUpdateTooSoon"
  /** beacon: an IV update by another subnet than the primary one. MshPRT 3.11.5. */
  | "notPrimary"
  /** beacon: a key refresh flag that does not go with the phase of its key. MshPRT 3.11.4. */
  | "wrongPhase";

/** What happened, for a person who looks over the node's shoulder. `value` is explained beside each name. */
export type TraceEvent =
  /** node: the role that the node has taken; value, when provisioned: its primary element's address. */
  | "unprovisioned"
  | "provisioning"
  | "provisioned"
  /** pbAdv, pbGatt: a link is open; value: its Link ID, or the connection. */
  | "linkOpened"
  /** pbAdv, pbGatt: the link is gone; value: the reason, 0 success, 1 timeout, 2 fail. */
  | "linkClosed"
  /** pbAdv: the provisioner did not acknowledge for 30 s; also pbGatt, proxy: the client said nothing for 60 s. */
  | "linkTimeout"
  /** pbGatt, proxy: a client has connected, or gone; value: the connection. */
  | "connected"
  | "disconnected"
  /** pbGatt, proxy: the rest of a segmented message did not come within 20 s; value: the connection. */
  | "sarTimedOut"
  /** pbAdv: all segments of our PDU go out once more; value: the transaction number. */
  | "retransmitting"
  /** provisioning: the states of the provisionee, each when it is entered. */
  | "waitInvite"
  | "waitStart"
  | "waitPublicKey"
  | "computeSecret"
  | "waitInput"
  | "waitConfirmation"
  | "waitRandom"
  | "waitData"
  | "complete"
  | "failed"
  /** provisioning: nothing came for the provisioning timer's time; value: its seconds. */
  | "provisioningTimeout"
  /** provisioning: the provisioner sent Provisioning Failed; value: its error code. */
  | "provisionerFailed"
  /** beacon: the unprovisioned device beacon is on the air from now on, or no longer. */
  | "beaconing"
  | "silent"
  /** beacon: an authentication has failed, and the device stays invisible for a while; value: ms. */
  | "backingOff"
  /** beacon: an IV Index has been taken over; value: the one to send with. MshPRT 3.11.5, 3.11.6. */
  | "ivUpdateInProgress"
  | "ivNormal"
  | "ivRecovered"
  /** network: a NetKey has come, or gone; value: its index. MshPRT 4.3.2.31. */
  | "netKeyAdded"
  | "netKeyDeleted"
  /** network: the phase that a key refresh has reached; 0: done; value: the NetKey index. MshPRT 3.11.4. */
  | "keyRefreshPhase0"
  | "keyRefreshPhase1"
  | "keyRefreshPhase2"
  /** network: there is no sequence number that may be used; nothing is sent until the IV Index rises. */
  | "sequenceExhausted"
  /** transport: nobody acknowledged a segmented message in time, or its receiver cannot take it; value: to whom. */
  | "segmentsTimedOut"
  | "segmentsCancelled"
  /** transport: the rest of a segmented message did not come; value: from whom. */
  | "reassemblyTimedOut"
  /** access: a message for a model; value: its opcode. */
  | "messageReceived"
  /** access: a model publishes; value: the opcode. */
  | "published"
  /** storage: a record could not be written; value: its length. */
  | "writeFailed"
  /** storage: a record does not make sense and is not used; value: its length. */
  | "damagedRecord";

/** Time that only goes forward. */
export interface Clock {
  /** Milliseconds since any moment; monotonic, never wraps. */
  now(): number;
  /** A stopped timer that calls `expired` at each of its expiries; made once by its owner, re-armed for ever. */
  createTimer(expired: () => void): Timer;
}

/** One deadline. */
export interface Timer {
  /** Expire in `delayMs`, replacing an earlier deadline; 0: in a later turn. */
  start(delayMs: number): void;
  stop(): void;
  readonly running: boolean;
}

/** Cryptographically secure random octets; throws rather than give weak ones. */
export interface Random {
  fill(target: Uint8Array): void;
}

/** Small durable records. After a power cut a key holds its old value or its new one. */
export interface Storage {
  /** The record, as a copy of the caller's own; key: 1 to 15 ASCII characters. */
  read(key: string): Uint8Array | undefined;
  /** At most 48 octets. false: it could not be made durable, and the old value still stands. */
  write(key: string, value: Uint8Array): boolean;
  erase(key: string): void;
  /** Every key that is there: for factory reset, and for records of another version. */
  keys(): readonly string[];
}

/** Legacy advertising and passive scanning. The host may drop reports without a mesh AD type. */
export interface Radio {
  /** Begin to work for `listener`; called once, before anything else. */
  open(listener: RadioListener): void;
  /** Passive, as continuous as the hardware allows. */
  setScanning(on: boolean): void;
  /**
   * ONE non-connectable, non-scannable event of `data` (at most 31 octets of AD structures) on all primary
   * channels, then `transmitted`. Not again before that. Repetition and turns belong to the Advertiser.
   */
  transmit(data: Uint8Array, address: AdvertisingAddress): void;
  /** Connectable advertising kept up whenever no transmission runs; a connection ends it; undefined ends it. */
  setConnectable(advertisement: ConnectableAdvertisement | undefined): void;
  /** A new static random address, kept over restarts; only at factory reset. */
  renewAddress(): void;
}

/**
 * identity: the node's own; private: non-resolvable, a new one for each transmission, and for a connectable advertisement
 * one for as long as its data are the same.
 */
export type AdvertisingAddress = "identity" | "private";

/** Who hears the radio. */
export interface RadioListener {
  /** The AD structures of one non-connectable report; rssi: dBm. */
  received(data: Uint8Array, rssi: number): void;
  /** The event that `transmit` asked for is over. */
  transmitted(): void;
}

/** data, scanResponse: at most 31 octets of AD structures each. */
export interface ConnectableAdvertisement {
  readonly data: Uint8Array;
  readonly scanResponse: Uint8Array | undefined;
  readonly intervalMs: number;
  readonly address: AdvertisingAddress;
}

/** A GATT server that shows one mesh service at a time. */
export interface GattServer {
  /** 1 on S140. */
  readonly maxConnections: number;
  /**
   * true: `serve` may be called while connected, with Service Changed (ESP32, simulator); false: it closes every
   * link first (nRF52). Two mesh services are never visible together.
   */
  readonly swapsLive: boolean;
  serve(service: GattService | undefined, listener: GattListener): void;
  /** Queued; false: full, or not subscribed. */
  notify(connection: number, value: Uint8Array): boolean;
  /** Octets: ATT_MTU - 3. */
  notificationSize(connection: number): number;
  disconnect(connection: number): void;
}

/** 16-bit UUIDs of a service and its two characteristics. MshPRT 7. */
export interface GattService {
  readonly service: number;
  readonly dataIn: number;
  readonly dataOut: number;
}

/** Who hears the GATT server. */
export interface GattListener {
  connected(connection: number): void;
  disconnected(connection: number): void;
  subscribed(connection: number, on: boolean): void;
  written(connection: number, value: Uint8Array): void;
  /** There is room again after a false from `notify`. */
  ready(connection: number): void;
  /** Everything queued has left. */
  idle(connection: number): void;
}

/** What a platform may accelerate, no more. One P-256 computation at a time; `done` comes in a later turn. */
export interface Crypto {
  /** A cipher for a 16-octet key. Keep it: expanding the key is the dear part. */
  aes128(key: Uint8Array): BlockCipher;
  /** HMAC-SHA-256, 32 octets. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /**
   * The public key, X and Y of 32 octets each, of a private key of 32; undefined: not a valid private key, draw
   * another. The private key is borrowed until `done`.
   */
  publicKey(privateKey: Uint8Array, done: (publicKey: Uint8Array | undefined) => void): void;
  /**
   * The x-coordinate of the shared point, 32 octets; undefined: there is none. The caller has checked that the
   * peer's point is on the curve. Both keys are borrowed until `done`.
   */
  sharedSecret(
    privateKey: Uint8Array,
    peerPublicKey: Uint8Array,
    done: (secret: Uint8Array | undefined) => void,
  ): void;
}

/** The security function e: one block of 16 octets, in place allowed. MshPRT 3.9.1. */
export interface BlockCipher {
  encrypt(input: Uint8Array, output: Uint8Array): void;
}

/** level: 0 to 65535; where it cannot be dimmed, 0 is off and the rest on. */
export interface Light {
  readonly dimmable: boolean;
  write(level: number): void;
}

/** A buzzer or a vibration motor. */
export interface Actuator {
  write(on: boolean): void;
}

/** A push button, debounced by the host. */
export interface Button {
  listen(changed: (down: boolean) => void): void;
}

/** A rotary encoder; steps: positive is clockwise. */
export interface Rotary {
  listen(turned: (steps: number) => void): void;
}

/** Keys that give a finished line. */
export interface Keypad {
  listen(entered: (text: string) => void): void;
}

/** One line of characters. */
export interface Display {
  readonly columns: number;
  show(text: string): void;
  clear(): void;
}

/** What a person can see and touch. A product leaves out what it has not. */
export interface Board {
  readonly led: Light | undefined;
  readonly button: Button | undefined;
  readonly buzzer: Actuator | undefined;
  readonly vibrator: Actuator | undefined;
  readonly rotary: Rotary | undefined;
  readonly keypad: Keypad | undefined;
  readonly display: Display | undefined;
}

/** The node's account of itself. Never throws, never keeps an argument, never sees a secret. */
export interface Trace {
  /** Received octets were dropped; pdu: those octets, as far as they are known. */
  drop(layer: Layer, reason: DropReason, pdu?: Uint8Array): void;
  note(layer: Layer, event: TraceEvent, value?: number): void;
  /** Once per failed provisioning, after Provisioning Failed has gone out, if one does. */
  failed(failure: ProvisioningFailure): void;
}

/** Why a provisioning failed, in the specification's words; sentences are made by the host. */
export interface ProvisioningFailure {
  /** The provisionee's state when it happened. */
  readonly step: string;
  /** What was expected in that state. */
  readonly expected: string;
  /** What came instead. */
  readonly came: string;
  /** The error code of the Provisioning Failed PDU that was sent; undefined: none was. MshPRT 5.4.1.10. */
  readonly errorCode: number | undefined;
  /** Where a confirmation did not fit: the usual mistake that explains it. */
  readonly mistake: AuthMistake;
}

/** What provisioners do to AuthValue by mistake; none: another error, or simply a wrong value. MshPRT 5.4.2.4.1. */
export type AuthMistake =
  | "none"
  | "paddedOnTheOtherSide"
  | "digitsAsText"
  | "reversed"
  | "wrongLength"
  | "allZero";

/** The choices of this device's user: options in the simulator, the manifest's `config` on a board. */
export interface Settings {
  get(name: string): string | undefined;
}

/** All of it. */
export interface Platform {
  /** 16 octets, the same on every boot. MshPRT 3.11.3. */
  readonly deviceUuid: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
  readonly radio: Radio;
  readonly gattServer: GattServer | undefined;
  readonly crypto: Crypto;
  readonly board: Board;
  readonly trace: Trace;
  readonly settings: Settings;
}
