/** The lower transport layer: between the messages of the upper one and the PDUs of the network. MshPRT 3.5. */

import { octet } from "../bytes.js";
import { type ElementAddresses, isUnicast, owns } from "../network/address.js";
import type { Network, NetworkListener, NetworkPdu } from "../network/network.js";
import type { NodeStates } from "../network/node-states.js";
import type { ReplayList } from "../network/replay-list.js";
import { decodeSegmentAck, LowerSize, SEG } from "./lower-pdu.js";
import { type Reassembled, Reassembler } from "./reassembler.js";
import { SegmentAcks } from "./segment-acks.js";
import { Segmenter, type SegmenterListener, type SenderParts, TRANSMISSIONS } from "./segmenter.js";
import type { OutgoingMessage, Transmission, TransmissionResult } from "./transmission.js";

/** What the layer needs of its surroundings. */
export interface LowerParts extends SenderParts {
  readonly network: Pick<Network, "attach" | "send">;
  readonly replayList: Pick<ReplayList, "check" | "accept" | "isOver" | "close">;
  readonly states: Pick<NodeStates, "values">;
  readonly elements: ElementAddresses;
}

/** The upper transport layer. */
export interface LowerListener {
  /** See TransmissionOwner. */
  seal: SegmenterListener["seal"];
  /** Might a message from there be for this node? Asked for groups and virtual addresses. */
  listensTo(from: NetworkPdu): boolean;
  /** A message that is whole; `last`: the PDU that completed it. Both are borrowed. */
  received(message: Reassembled, last: NetworkPdu): void;
  /** tag: never 0. */
  sent(tag: number, result: TransmissionResult): void;
}

/** Segments what is too long, puts segments together, and keeps out what is replayed. */
export class LowerTransport implements NetworkListener, SegmenterListener {
  readonly #parts: LowerParts;
  readonly #listener: LowerListener;
  readonly #segmenter: Segmenter;
  readonly #acks: SegmentAcks;
  readonly #reassembler: Reassembler;
  readonly #pdu = new Uint8Array(LowerSize.Pdu);
  #isStopped = false;

  constructor(parts: LowerParts, listener: LowerListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#segmenter = new Segmenter(parts, this);
    this.#acks = new SegmentAcks(parts);
    this.#reassembler = new Reassembler({ ...parts, acks: this.#acks }, (message, last) =>
      listener.received(message, last),
    );
    parts.network.attach(this);
  }

  /** false: no room, no key, or no sequence number; nothing follows then. */
  send(payload: Uint8Array, message: OutgoingMessage, segmented: boolean): boolean {
    if (this.#isStopped) return false;
    const length = payload.length + message.micSize;
    const isControl = message.opcode !== undefined;
    const longest = isControl ? LowerSize.UnsegmentedControl : LowerSize.UnsegmentedAccess;
    if (segmented || message.micSize === 8 || length > longest) return this.#segmenter.send(payload, message);
    return this.#sendUnsegmented(payload, message);
  }

  /** By the network. */
  received(pdu: NetworkPdu): void {
    const { transportPdu, ctl, dst } = pdu;
    const { elements, trace } = this.#parts;
    const isOurs = isUnicast(dst);
    if (this.#isStopped || (isOurs && !owns(elements, dst))) return;
    if (transportPdu.length === 0) {
      trace.drop("transport", "badLength");
      return;
    }
    const first = octet(transportPdu, 0);
    if (ctl && first === 0) {
      if (isOurs) this.#acknowledged(pdu);
      return;
    }
    if (!isOurs && !this.#listener.listensTo(pdu)) return;
    const fault = this.#checkReplay(pdu);
    if (fault !== undefined) trace.drop("transport", fault, transportPdu);
    else if (ctl && first === SEG) trace.drop("transport", "reservedOpcode", transportPdu);
    else if ((first & SEG) !== 0) this.#reassembler.received(pdu);
    else if (!ctl && transportPdu.length <= LowerSize.ShortestAccess)
      trace.drop("transport", "badLength", transportPdu);
    else {
      const upperPdu = transportPdu.subarray(1);
      this.#listener.received({ upperPdu, head: first, szmic: false, seqAuth: pdu.seq }, pdu);
    }
  }

  /** It is being processed: remember it. false: it could not be, and must not be processed. */
  remember({ src, ivIndex, seq, transportPdu }: NetworkPdu): boolean {
    const { elements, replayList, trace } = this.#parts;
    if (owns(elements, src) || replayList.accept(src, ivIndex, seq)) return true;
    trace.drop("transport", "notRemembered", transportPdu);
    return false;
  }

  /** By the network. */
  sent(tag: number): void {
    const number = (tag - (tag % 2)) / 2;
    const index = number % TRANSMISSIONS;
    if (this.#isStopped) return;
    if (tag % 2 === 0) this.#listener.sent(number, "sent");
    else this.#segmenter.segmentSent(index, (number - index) / TRANSMISSIONS);
  }

  /** By the network. */
  ready(): void {
    this.#acks.ready();
    this.#segmenter.ready();
  }

  stop(): void {
    this.#isStopped = true;
    this.#acks.stop();
    this.#segmenter.stop();
    this.#reassembler.stop();
    this.#pdu.fill(0);
  }

  seal: LowerListener["seal"] = (payload, message, numbers, target) =>
    this.#listener.seal(payload, message, numbers, target);

  /** By the segmenter. */
  over(tag: number, result: TransmissionResult): void {
    this.#listener.sent(tag, result);
  }

  /** Odd; the tags of messages that have no segments are even. */
  tagOf({ index, serial }: Transmission): number {
    return 2 * (serial * TRANSMISSIONS + index) + 1;
  }

  #sendUnsegmented(payload: Uint8Array, message: OutgoingMessage): boolean {
    const { netKeys, ivIndex, network } = this.#parts;
    const subnet = netKeys.get(message.netKeyIndex);
    const numbers = subnet === undefined ? undefined : this.#segmenter.takeNumbers();
    if (subnet === undefined || numbers === undefined) return false;
    const head = this.#listener.seal(payload, message, numbers, this.#pdu.subarray(1));
    if (head === undefined) return false;
    this.#pdu[0] = head;
    const { src, dst, ttl, tag, opcode } = message;
    const pdu = this.#pdu.subarray(0, 1 + payload.length + message.micSize);
    const how = { ctl: opcode !== undefined, src, dst, ttl, subnet, urgent: false, tag: 2 * tag };
    return network.send(pdu, { ...how, seq: numbers.seq, ivIndex: ivIndex.sending });
  }

  /** A Segment Acknowledgment. MshPRT 3.5.3.3.2. */
  #acknowledged(pdu: NetworkPdu): void {
    const { transportPdu } = pdu;
    const { trace } = this.#parts;
    const ack = decodeSegmentAck(transportPdu);
    if (ack === undefined) {
      trace.drop("transport", "badLength", transportPdu);
      return;
    }
    const transmission = this.#segmenter.find(ack, pdu);
    if (transmission === undefined) {
      trace.drop("transport", "staleAcknowledgment", transportPdu);
      return;
    }
    const fault = this.#checkReplay(pdu);
    if (fault !== undefined) trace.drop("transport", fault, transportPdu);
    else if (transmission.isNews(ack.ackedSegments) && this.remember(pdu))
      transmission.acknowledge(ack.ackedSegments);
  }

  #checkReplay({ src, ivIndex, seq }: NetworkPdu): ReturnType<ReplayList["check"]> {
    const { elements, replayList } = this.#parts;
    return owns(elements, src) ? undefined : replayList.check(src, ivIndex, seq);
  }
}
