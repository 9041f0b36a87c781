/** The upper transport layer: access messages under their keys, and control messages. MshPRT 3.6. */

import { isGroup, isVirtual } from "../network/address.js";
import type { NetworkPdu } from "../network/network.js";
import { AccessCipher, type AccessCipherParts } from "./access-cipher.js";
import {
  type ControlIncoming,
  ControlOpcode,
  type ControlOutgoing,
  type ControlReceiver,
  isFixedGroupInUse,
} from "./control.js";
import { type LowerListener, type LowerParts, LowerTransport } from "./lower.js";
import type { Reassembled } from "./reassembler.js";
import { SAR_DEFAULTS, type SarStates } from "./sar-states.js";
import type { TransmissionResult } from "./transmission.js";

/** The longest access message with a TransMIC of 4 octets; with 8 it is 376. MshPRT 3.6.2.1. */
export const MAX_ACCESS_PDU = 380;
/** The longest parameters of a control message. MshPRT 3.6.3. */
export const MAX_CONTROL_PARAMETERS = 256;

/** Where an access message came from, and how. Borrowed: valid until the call returns. */
export interface AccessIncoming {
  readonly src: number;
  readonly dst: number;
  /** The Label UUID, where `dst` is a virtual address. */
  readonly label: Uint8Array | undefined;
  /** As it arrived. */
  readonly ttl: number;
  readonly netKeyIndex: number;
  /** undefined: it was secured with the device key. */
  readonly appKeyIndex: number | undefined;
  /** dBm; 127: unknown. */
  readonly rssi: number;
}

/** How an access message is to go out. */
export interface AccessOutgoing {
  readonly src: number;
  readonly dst: number;
  /** The Label UUID, where `dst` is a virtual address. */
  readonly label: Uint8Array | undefined;
  readonly ttl: number;
  /** The one that the AppKey is bound to; with the device key, any. */
  readonly netKeyIndex: number;
  /** undefined: the device key. */
  readonly appKeyIndex: number | undefined;
  /** Octets of the TransMIC; 8: in segments only. */
  readonly micSize: 4 | 8;
  /** In segments, even if it fits without. */
  readonly segmented: boolean;
  /** Comes back in `sent`; 0: nobody waits. */
  readonly tag: number;
}

/** The access layer. accessPdu: opcode and parameters, borrowed. */
export interface AccessListener {
  /** Would a model take it? Asked before the replay list is written. */
  wants(accessPdu: Uint8Array, from: AccessIncoming): boolean;
  received(accessPdu: Uint8Array, from: AccessIncoming): void;
  /** sent: it is on the air; in segments: acknowledged, or, to a group, all rounds are over. */
  sent(tag: number, result: TransmissionResult): void;
  /** Whether any model hears that group. Without it, segments to every group are put together. */
  hears?(group: number): boolean;
}

/** What the layer needs of its surroundings. */
export type UpperParts = Omit<LowerParts, "sar"> & AccessCipherParts & { readonly sar?: SarStates };

/** Both transport layers of a node. */
export class UpperTransport implements LowerListener {
  readonly #parts: UpperParts;
  readonly #cipher: AccessCipher;
  readonly #lower: LowerTransport;
  readonly #receivers = new Map<number, ControlReceiver>();
  #listener: AccessListener | undefined;

  /** sar: the SAR states, else those that the specification recommends. */
  constructor(parts: UpperParts) {
    this.#parts = parts;
    this.#cipher = new AccessCipher(parts);
    this.#lower = new LowerTransport({ ...parts, sar: parts.sar ?? SAR_DEFAULTS }, this);
  }

  attach(listener: AccessListener): void {
    this.#listener = listener;
  }

  /**
   * Send an access message: at most 380 octets, 376 with a TransMIC of 8, else RangeError. false: no room, no key, no
   * sequence number; nothing follows then.
   */
  send(accessPdu: Uint8Array, how: AccessOutgoing): boolean {
    const { micSize, segmented, netKeyIndex, appKeyIndex } = how;
    if (accessPdu.length < 1 || accessPdu.length > MAX_ACCESS_PDU + 4 - micSize) {
      throw new RangeError("an access message has 1 to 380 octets, with a long TransMIC 376");
    }
    if (appKeyIndex !== undefined && this.#parts.appKeys.get(appKeyIndex)?.netKeyIndex !== netKeyIndex)
      return false;
    const { src, dst, label, ttl, tag } = how;
    const message = { opcode: undefined, src, dst, label, ttl, netKeyIndex, appKeyIndex, micSize, tag };
    return this.#lower.send(accessPdu, message, segmented);
  }

  /** Send a control message: at most 256 octets of parameters, else RangeError. false: as in `send`. */
  sendControl(opcode: number, parameters: Uint8Array, how: ControlOutgoing): boolean {
    const isValid = opcode > ControlOpcode.SegmentAcknowledgment && opcode <= 0x7f;
    if (!isValid || parameters.length > MAX_CONTROL_PARAMETERS) {
      throw new RangeError("a control message has an opcode from 01 to 7f and at most 256 octets");
    }
    const { src, dst, ttl, netKeyIndex } = how;
    const message = { opcode, src, dst, ttl, netKeyIndex, label: undefined, appKeyIndex: undefined };
    return this.#lower.send(parameters, { ...message, micSize: 0, tag: 0 }, false);
  }

  /** Who takes the control messages with this opcode: one receiver each. */
  control(opcode: number, receiver: ControlReceiver): void {
    this.#receivers.set(opcode, receiver);
  }

  /** Whether there is such a NetKey to send with. */
  hasNetKey(netKeyIndex: number): boolean {
    return this.#parts.netKeys.get(netKeyIndex) !== undefined;
  }

  /** Nothing is sent or received any more, and nobody is told. */
  stop(): void {
    this.#listener = undefined;
    this.#receivers.clear();
    this.#lower.stop();
    this.#cipher.wipe();
  }

  seal: LowerListener["seal"] = (payload, message, numbers, target) => {
    if (message.opcode === undefined) return this.#cipher.seal(payload, message, numbers, target);
    target.set(payload);
    return message.opcode;
  };

  /** By the lower transport layer. */
  listensTo(from: NetworkPdu): boolean {
    const { dst, ctl, transportPdu } = from;
    if (ctl) {
      const receiver = this.#receivers.get((transportPdu[0] ?? 0) & 0x7f);
      return isFixedGroupInUse(this.#parts.states, dst) || (receiver?.accepts(controlOf(from)) ?? false);
    }
    if (isVirtual(dst)) return this.#parts.labels.matching(dst).length > 0;
    return isGroup(dst) && (this.#listener?.hears?.(dst) ?? true);
  }

  /** By the lower transport layer. */
  received(message: Reassembled, last: NetworkPdu): void {
    if (last.ctl) this.#receivedControl(message, last);
    else this.#receivedAccess(message, last);
  }

  /** By the lower transport layer. */
  sent(tag: number, result: TransmissionResult): void {
    this.#listener?.sent(tag, result);
  }

  #receivedAccess(message: Reassembled, last: NetworkPdu): void {
    const { trace } = this.#parts;
    const opened = this.#cipher.open(message, last);
    if (typeof opened === "string") {
      trace.drop("transport", opened, message.upperPdu);
      return;
    }
    const { src, dst, ttl, rssi, subnet } = last;
    const { accessPdu, label, appKeyIndex } = opened;
    const from = { src, dst, label, ttl, netKeyIndex: subnet.netKeyIndex, appKeyIndex, rssi };
    if (this.#listener?.wants(accessPdu, from) === true && this.#lower.remember(last)) {
      this.#listener.received(accessPdu, from);
    }
    // It may have been a key.
    this.#cipher.wipe();
  }

  #receivedControl(message: Reassembled, last: NetworkPdu): void {
    const receiver = this.#receivers.get(message.head);
    if (receiver === undefined) {
      this.#parts.trace.drop("transport", "reservedOpcode", message.upperPdu);
      return;
    }
    const from = controlOf(last);
    if (receiver.accepts(from) && this.#lower.remember(last)) receiver.received(message.upperPdu, from);
  }
}

function controlOf({ src, dst, ttl, rssi, subnet }: NetworkPdu): ControlIncoming {
  return { src, dst, ttl, rssi, netKeyIndex: subnet.netKeyIndex };
}
