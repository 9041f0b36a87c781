/** The access layer: which model hears a message, and how models speak. MshPRT 3.7. */

import { Address, type ElementAddresses, isUnicast, owns } from "../network/address.js";
import { Feature, type NodeStates } from "../network/node-states.js";
import type { Clock, DropReason, Random, Trace } from "../platform.js";
import { RecordPrefix, type Records } from "../records.js";
import type { AppKeys } from "../transport/app-keys.js";
import type { Labels } from "../transport/labels.js";
import type { AccessIncoming, AccessListener, UpperTransport } from "../transport/upper.js";
import { checkComposition } from "./composition.js";
import type { Element, MessageContext, Model } from "./model.js";
import { ModelEntry } from "./model-entry.js";
import { ModelPort, type Outbox } from "./model-port.js";
import { decodeOpcode, MAX_ACCESS_MESSAGE, opcodeSize } from "./opcode.js";
import { LONG_DELAY, RandomDelay, SHORT_DELAY } from "./random-delay.js";
import { ReplyQueue } from "./reply-queue.js";

/** What the access layer works with. elements: with the stack's own models. */
export interface AccessOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly records: Records;
  readonly upper: Pick<UpperTransport, "attach" | "send">;
  readonly appKeys: Pick<AppKeys, "get">;
  readonly labels: Pick<Labels, "hold" | "at" | "sweep">;
  readonly states: Pick<NodeStates, "values" | "featuresInUse">;
  readonly elements: readonly Element[];
  readonly addresses: ElementAddresses;
}

/** An element as the network has configured it. */
export interface ElementEntry {
  readonly address: number;
  readonly models: readonly ModelEntry[];
}

/** A model with what serves it. */
interface Attachment {
  readonly entry: ModelEntry;
  readonly port: ModelPort;
}

/** One term on a network, from `start` to `stop`. Throws RangeError for elements that no node can have. */
export class Access implements AccessListener {
  readonly elements: readonly ElementEntry[];
  readonly #options: AccessOptions;
  readonly #replies: ReplyQueue;
  readonly #attachments: readonly Attachment[];
  /** Used again for each message: a model borrows it. */
  readonly #context: { -readonly [Field in keyof MessageContext]: MessageContext[Field] } = {
    src: 0,
    dst: 0,
    label: undefined,
    ttl: 0,
    netKeyIndex: 0,
    appKeyIndex: undefined,
    element: 0,
  };
  #isRunning = false;

  constructor(options: AccessOptions) {
    checkComposition(options.elements);
    const { clock, random, trace, upper, appKeys, states } = options;
    this.#options = options;
    this.#replies = new ReplyQueue(clock, upper);
    const outbox: Outbox = {
      clock,
      trace,
      upper,
      appKeys,
      states,
      delay: new RandomDelay(random),
      replies: this.#replies,
      message: new Uint8Array(MAX_ACCESS_MESSAGE),
    };
    const attachments: Attachment[] = [];
    this.elements = options.elements.map(({ models }, elementIndex) => {
      const own = models.map((model) => this.#attachment(model, elementIndex, outbox));
      attachments.push(...own);
      return { address: options.addresses.first + elementIndex, models: own.map(({ entry }) => entry) };
    });
    this.#attachments = attachments;
  }

  /** Take up what has been configured, and let the models begin. Once. */
  start(): void {
    this.#isRunning = true;
    this.#options.upper.attach(this);
    this.#sweepRecords();
    for (const { entry } of this.#attachments) entry.load();
    this.#sweepLabels();
    for (const { entry, port } of this.#attachments) {
      port.publicationChanged(LONG_DELAY);
      entry.model.attach(port);
    }
  }

  /** companyId, undefined: a model of the Bluetooth SIG. */
  find(
    elementAddress: number,
    companyId: number | undefined,
    modelId: number,
  ): ModelEntry | "noElement" | "noModel" {
    const element = this.elements[elementAddress - this.#options.addresses.first];
    if (element === undefined) return "noElement";
    const entry = element.models.find(
      ({ model }) => model.companyId === companyId && model.modelId === modelId,
    );
    return entry ?? "noModel";
  }

  /** Unbind all models from it; what publishes with it is off. */
  appKeyDeleted(appKeyIndex: number): void {
    for (const { entry } of this.#attachments) entry.forgetKey(appKeyIndex);
  }

  /** The node leaves the network. Idempotent. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#replies.stop();
    for (const { port } of this.#attachments) port.close();
    for (const { entry } of this.#attachments) entry.model.reset();
  }

  /** Whether a model would hear it; if a model is there but would not, the reason is traced. MshPRT 3.7.3.2. */
  wants(accessPdu: Uint8Array, from: AccessIncoming): boolean {
    if (!this.#isRunning) return false;
    const opcode = decodeOpcode(accessPdu);
    let reason: DropReason | undefined;
    for (const { entry } of this.#attachments) {
      if (!this.#isMeant(entry, from)) continue;
      const obstacle = opcode === undefined ? "unknownOpcode" : obstacleOf(entry, opcode, accessPdu, from);
      if (obstacle === undefined) return true;
      // The one that came furthest explains best.
      if (reason === undefined || reason === "unknownOpcode") reason = obstacle;
    }
    if (reason === undefined && owns(this.#options.addresses, from.dst)) reason = "unknownOpcode";
    // Its opcode only: parameters can be keys.
    const shown = accessPdu.subarray(0, opcode === undefined ? 1 : opcodeSize(opcode));
    if (reason !== undefined) this.#options.trace.drop("access", reason, shown);
    return false;
  }

  /** Whether any model listens to that group; without one, its segments need not be put together. */
  hears(group: number): boolean {
    if (this.#isFixedGroupInUse(group)) return true;
    return this.#attachments.some(({ entry }) => entry.isSubscribed(group, undefined));
  }

  /** What `wants` has agreed to, to every model that it is for. */
  received(accessPdu: Uint8Array, from: AccessIncoming): void {
    const opcode = decodeOpcode(accessPdu);
    if (opcode === undefined || !this.#isRunning) return;
    this.#options.trace.note("access", "messageReceived", opcode);
    const parameters = accessPdu.subarray(opcodeSize(opcode));
    for (const { entry } of this.#attachments) {
      if (!this.#isMeant(entry, from) || obstacleOf(entry, opcode, accessPdu, from) !== undefined) continue;
      this.#deliver(entry, opcode, parameters, from);
      // What a model does with a message may be to leave the network.
      if (!this.#isRunning) return;
    }
  }

  /** Whatever became of it: it is not on its way any more. */
  sent(tag: number): void {
    this.#replies.sent(tag);
  }

  #deliver(entry: ModelEntry, opcode: number, parameters: Uint8Array, from: AccessIncoming): void {
    const context = this.#context;
    context.src = from.src;
    context.dst = from.dst;
    context.label = from.label;
    context.ttl = from.ttl;
    context.netKeyIndex = from.netKeyIndex;
    context.appKeyIndex = from.appKeyIndex;
    context.element = entry.elementAddress;
    entry.model.receive(opcode, parameters, context);
  }

  /** Whether the destination means this model. MshPRT 3.7.3.2. */
  #isMeant(entry: ModelEntry, { dst, label }: AccessIncoming): boolean {
    if (isUnicast(dst)) return dst === entry.elementAddress;
    if (entry.isPrimary && this.#isFixedGroupInUse(dst)) return true;
    return entry.isSubscribed(dst, label);
  }

  /** MshPRT 3.7.3.2, table 3.63; there is no directed forwarding. */
  #isFixedGroupInUse(dst: number): boolean {
    const { featuresInUse } = this.#options.states;
    switch (dst) {
      case Address.AllNodes:
        return true;
      case Address.AllRelays:
        return (featuresInUse & Feature.Relay) !== 0;
      case Address.AllFriends:
        return (featuresInUse & Feature.Friend) !== 0;
      case Address.AllProxies:
        return (featuresInUse & Feature.Proxy) !== 0;
      default:
        return false;
    }
  }

  #attachment(model: Model, elementIndex: number, outbox: Outbox): Attachment {
    const { records, appKeys, labels, addresses } = this.#options;
    const entry: ModelEntry = new ModelEntry(
      model,
      { elementIndex, elementAddress: addresses.first + elementIndex },
      {
        records,
        appKeys,
        labels,
        released: () => this.#sweepLabels(),
        publicationChanged: () => port.publicationChanged(SHORT_DELAY),
      },
    );
    const port = new ModelPort(entry, outbox);
    return { entry, port };
  }

  #sweepLabels(): void {
    this.#options.labels.sweep((slot) => this.#attachments.some(({ entry }) => entry.usesLabel(slot)));
  }

  /**
   * Records of models that this firmware has not, or not there: nobody could see or remove what they say, and it would
   * be in force again if the model came back. MshPRT 4.2.2 has the composition constant within a term.
   */
  #sweepRecords(): void {
    const { records } = this.#options;
    const { Bindings, Subscriptions, Publication, Model: State } = RecordPrefix;
    for (const prefix of [Bindings, Subscriptions, Publication, State]) {
      for (const key of records.keys(prefix)) {
        const owner = this.#attachments.find(({ entry }) => entry.records.owns(prefix, key))?.entry;
        const isOwned = owner !== undefined && (prefix === State || owner.model.security === "application");
        if (!isOwned) records.erase(key);
      }
    }
  }
}

/** Why a model does not take a message that its destination means for it; undefined: it does. */
function obstacleOf(
  entry: ModelEntry,
  opcode: number,
  accessPdu: Uint8Array,
  from: AccessIncoming,
): "unknownOpcode" | "badLength" | "notBound" | undefined {
  const format = entry.formatOf(opcode);
  if (format === undefined) return "unknownOpcode";
  const length = accessPdu.length - opcodeSize(opcode);
  if (length < format.minLength || length > format.maxLength) return "badLength";
  return entry.acceptsKey(from.appKeyIndex) ? undefined : "notBound";
}
