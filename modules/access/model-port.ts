/** The stack as one model has it, from `attach` to `reset`. MshPRT 3.7.3.1. */

import { isUnicast } from "../network/address.js";
import type { NodeStates } from "../network/node-states.js";
import type { Clock, Trace } from "../platform.js";
import type { AppKeys } from "../transport/app-keys.js";
import type { UpperTransport } from "../transport/upper.js";
import type { MessageContext, ModelAccess, PublishTime } from "./model.js";
import type { ModelEntry } from "./model-entry.js";
import { encodeOpcode, MAX_ACCESS_MESSAGE } from "./opcode.js";
import { Publication, type Publisher } from "./publication.js";
import { type DelayRange, LONG_DELAY, type RandomDelay, SHORT_DELAY } from "./random-delay.js";
import type { ReplyQueue } from "./reply-queue.js";

/** What all models of a node send with. message: room for one access message, 380 octets. */
export interface Outbox {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly delay: RandomDelay;
  readonly upper: Pick<UpperTransport, "send">;
  readonly appKeys: Pick<AppKeys, "get">;
  readonly states: Pick<NodeStates, "values">;
  readonly replies: ReplyQueue;
  readonly message: Uint8Array;
}

/** Serves one model. */
export class ModelPort implements ModelAccess, Publisher {
  readonly #entry: ModelEntry;
  readonly #outbox: Outbox;
  /** undefined: a model of device key security never publishes. */
  readonly #publication: Publication | undefined;
  #isOpen = true;

  constructor(entry: ModelEntry, outbox: Outbox) {
    this.#entry = entry;
    this.#outbox = outbox;
    if (entry.model.security !== "device") {
      this.#publication = new Publication(outbox.clock, outbox.delay, this);
    }
  }

  /** The entry's publication is another one. first: when a periodic one begins. */
  publicationChanged(first: DelayRange): void {
    this.#publication?.configure(this.#entry.publication, first);
  }

  /** Nothing more. */
  close(): void {
    this.#isOpen = false;
    this.#publication?.stop();
  }

  get element(): number {
    return this.#entry.elementAddress;
  }

  get clock(): Clock {
    return this.#outbox.clock;
  }

  publish(opcode: number, parameters: Uint8Array, when: PublishTime = "now"): boolean {
    const accessPdu = this.#encode(opcode, parameters);
    if (!this.#isOpen || this.#publication === undefined) return false;
    const delayMs = when === "now" ? 0 : this.#outbox.delay.within(LONG_DELAY);
    const isPublished = this.#publication.publish(accessPdu, delayMs);
    if (isPublished) this.#outbox.trace.note("access", "published", opcode);
    return isPublished;
  }

  reply(to: MessageContext, opcode: number, parameters: Uint8Array, left?: () => void): boolean {
    const accessPdu = this.#encode(opcode, parameters);
    if (!this.#isOpen) return false;
    const { delay, replies, states } = this.#outbox;
    const route = {
      src: this.#entry.elementAddress,
      dst: to.src,
      label: undefined,
      ttl: to.ttl === 0 ? 0 : states.values.defaultTtl,
      netKeyIndex: to.netKeyIndex,
      appKeyIndex: to.appKeyIndex,
      micSize: 4,
      segmented: false,
    } as const;
    const delayMs = delay.within(isUnicast(to.dst) ? SHORT_DELAY : LONG_DELAY);
    return replies.add(accessPdu, route, delayMs, left);
  }

  get stored(): Uint8Array | undefined {
    return this.#isOpen ? this.#entry.records.readState() : undefined;
  }

  store(state: Uint8Array): boolean {
    return this.#isOpen && this.#entry.records.writeState(state);
  }

  /** By the publication. */
  send(accessPdu: Uint8Array): boolean {
    const { publication, elementAddress } = this.#entry;
    if (publication === undefined) return false;
    const appKey = this.#outbox.appKeys.get(publication.appKeyIndex);
    if (appKey === undefined) return false;
    return this.#outbox.upper.send(accessPdu, {
      src: elementAddress,
      dst: publication.address,
      label: publication.label,
      ttl: publication.ttl === 0xff ? this.#outbox.states.values.defaultTtl : publication.ttl,
      netKeyIndex: appKey.netKeyIndex,
      appKeyIndex: publication.appKeyIndex,
      micSize: 4,
      segmented: false,
      tag: 0,
    });
  }

  /** By the publication. */
  publishNow(): void {
    this.#entry.model.publishNow();
  }

  get periodDivisor(): number {
    return this.#entry.model.periodDivisor ?? 0;
  }

  /** A view into the outbox. Throws RangeError when it is too long. */
  #encode(opcode: number, parameters: Uint8Array): Uint8Array {
    const { message } = this.#outbox;
    const size = encodeOpcode(opcode, message);
    if (size + parameters.length > MAX_ACCESS_MESSAGE) throw new RangeError("too long for an access message");
    message.set(parameters, size);
    return message.subarray(0, size + parameters.length);
  }
}
