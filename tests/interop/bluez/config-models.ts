/** Bindings, subscriptions and publications of a node's models. MshPRT 4.3.2.15 to 4.3.2.30, 4.3.2.46 to 4.3.2.51. */

import { type ConfigLink, statusOf } from "./config-link.js";
import {
  type ModelAt,
  type ModelId,
  modelOctets,
  readKeyIndexes,
  readUint16s,
  uint16LE,
} from "./config-message.js";

/** A model's AppKeys. */
export interface Bindings {
  readonly status: number;
  readonly appKeys: readonly number[];
}

/** A subscription that was changed. address: of a label, its virtual address; of a deletion of all, 0. */
export interface Subscribed {
  readonly status: number;
  readonly address: number;
}

/** A model's subscriptions: labels as their virtual addresses. */
export interface Subscriptions {
  readonly status: number;
  readonly addresses: readonly number[];
}

/** What and how a model publishes. period, retransmit: as on the air. MshPRT 4.2.3. */
export interface Publication {
  readonly appKey: number;
  readonly friendshipCredentials: boolean;
  readonly ttl: number;
  readonly period: number;
  readonly retransmit: number;
}

/** To an address, or to a label of 16 octets. What is left out: AppKey 0, the default TTL, no period, no repetition. */
export interface PublicationOrder extends Partial<Publication> {
  readonly to: number | Uint8Array;
}

/** address: of a label, its virtual address; 0: the model publishes nothing. */
export interface PublicationState extends Publication {
  readonly status: number;
  readonly address: number;
}

/** TTL of a publication: the node's default. MshPRT 4.2.3.5. */
const DEFAULT_TTL = 0xff;
const FRIENDSHIP_CREDENTIALS = 0x1000;

/** Configures models. */
export class ConfigModels {
  readonly #link: ConfigLink;

  constructor(link: ConfigLink) {
    this.#link = link;
  }

  /** Gives the status code. */
  async bind(model: ModelAt, appKey = 0): Promise<number> {
    const parameters = bindingOctets(model, appKey);
    return statusOf(await this.#link.ask({ opcode: 0x803d, parameters, status: 0x803e }), parameters);
  }

  /** Gives the status code. */
  async unbind(model: ModelAt, appKey = 0): Promise<number> {
    const parameters = bindingOctets(model, appKey);
    return statusOf(await this.#link.ask({ opcode: 0x803f, parameters, status: 0x803e }), parameters);
  }

  async bindings({ element, model }: ModelAt): Promise<Bindings> {
    const parameters = [...uint16LE(element), ...modelOctets(model)];
    const opcode = typeof model === "number" ? 0x804b : 0x804d;
    const answer = await this.#link.ask({ opcode, parameters, status: opcode + 1 });
    const behind = 1 + parameters.length;
    return {
      status: statusOf(answer.subarray(0, behind), parameters),
      appKeys: readKeyIndexes(answer.subarray(behind)),
    };
  }

  /** to: an address, or a label of 16 octets; so below. */
  subscribe(model: ModelAt, to: number | Uint8Array): Promise<Subscribed> {
    return this.#subscription(typeof to === "number" ? 0x801b : 0x8020, model, to);
  }

  unsubscribe(model: ModelAt, from: number | Uint8Array): Promise<Subscribed> {
    return this.#subscription(typeof from === "number" ? 0x801c : 0x8021, model, from);
  }

  /** Subscribe to this and nothing else. */
  resubscribe(model: ModelAt, to: number | Uint8Array): Promise<Subscribed> {
    return this.#subscription(typeof to === "number" ? 0x801e : 0x8022, model, to);
  }

  unsubscribeAll(model: ModelAt): Promise<Subscribed> {
    return this.#subscription(0x801d, model, undefined);
  }

  async subscriptions({ element, model }: ModelAt): Promise<Subscriptions> {
    const parameters = [...uint16LE(element), ...modelOctets(model)];
    const opcode = typeof model === "number" ? 0x8029 : 0x802b;
    const answer = await this.#link.ask({ opcode, parameters, status: opcode + 1 });
    const behind = 1 + parameters.length;
    return {
      status: statusOf(answer.subarray(0, behind), parameters),
      addresses: readUint16s(answer.subarray(behind)),
    };
  }

  async publication({ element, model }: ModelAt): Promise<PublicationState> {
    const parameters = [...uint16LE(element), ...modelOctets(model)];
    const answer = await this.#link.ask({ opcode: 0x8018, parameters, status: 0x8019 });
    return readPublication(answer, element, model);
  }

  async publish({ element, model }: ModelAt, order: PublicationOrder): Promise<PublicationState> {
    const { to, appKey = 0, friendshipCredentials = false } = order;
    const { ttl = DEFAULT_TTL, period = 0, retransmit = 0 } = order;
    const parameters = [
      ...uint16LE(element),
      ...(typeof to === "number" ? uint16LE(to) : to),
      ...uint16LE(appKey | (friendshipCredentials ? FRIENDSHIP_CREDENTIALS : 0)),
      ...[ttl, period, retransmit],
      ...modelOctets(model),
    ];
    const opcode = typeof to === "number" ? 0x03 : 0x801a;
    const answer = await this.#link.ask({ opcode, parameters, status: 0x8019 });
    return readPublication(answer, element, model);
  }

  /** Publish nothing any more. */
  unpublish(model: ModelAt): Promise<PublicationState> {
    return this.publish(model, { to: 0x0000, ttl: 0 });
  }

  async #subscription(
    opcode: number,
    { element, model }: ModelAt,
    to: number | Uint8Array | undefined,
  ): Promise<Subscribed> {
    const address = typeof to === "number" ? uint16LE(to) : (to ?? []);
    const parameters = [...uint16LE(element), ...address, ...modelOctets(model)];
    const answer = await this.#link.ask({ opcode, parameters, status: 0x801f });
    const subscribed = answer.readUInt16LE(3);
    const echo = [...uint16LE(element), ...uint16LE(subscribed), ...modelOctets(model)];
    return { status: statusOf(answer, echo), address: subscribed };
  }
}

function bindingOctets({ element, model }: ModelAt, appKey: number): readonly number[] {
  return [...uint16LE(element), ...uint16LE(appKey), ...modelOctets(model)];
}

function readPublication(answer: Buffer, element: number, model: ModelId): PublicationState {
  const key = answer.readUInt16LE(5);
  const state = answer.subarray(3, 10);
  return {
    status: statusOf(answer, [...uint16LE(element), ...state, ...modelOctets(model)]),
    address: answer.readUInt16LE(3),
    appKey: key & 0x0fff,
    friendshipCredentials: (key & FRIENDSHIP_CREDENTIALS) !== 0,
    ttl: answer.readUInt8(7),
    period: answer.readUInt8(8),
    retransmit: answer.readUInt8(9),
  };
}
