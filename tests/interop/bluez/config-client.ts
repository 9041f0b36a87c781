/** The Configuration Client, as towards one node. MshPRT 4.3.2. */

import { ConfigKeys } from "./config-keys.js";
import { ConfigLink, type LinkOptions, statusOf } from "./config-link.js";
import { type Composition, readComposition, uint16LE } from "./config-message.js";
import { ConfigModels } from "./config-models.js";
import type { MeshApp } from "./mesh-app.js";

/** Relay and Relay Retransmit. state: 0 off, 1 on, 2 not supported. MshPRT 4.2.9, 4.2.20. */
export interface Relay {
  readonly state: number;
  readonly retransmit: number;
}

/** Where and how a node publishes heartbeats. countLog, periodLog: as on the air. MshPRT 4.2.18. */
export interface HeartbeatPublication {
  readonly destination: number;
  readonly countLog: number;
  readonly periodLog: number;
  readonly ttl: number;
  readonly features: number;
  readonly netKeyIndex: number;
}

/** Whose heartbeats a node counts. MshPRT 4.2.19. */
export interface HeartbeatSubscription {
  readonly source: number;
  readonly destination: number;
  readonly periodLog: number;
}

/** What it has counted. countLog: as on the air. */
export interface HeartbeatsHeard extends HeartbeatSubscription {
  readonly status: number;
  readonly countLog: number;
  readonly minHops: number;
  readonly maxHops: number;
}

/** Asks and tells one node. What has a state alone gives the octet of the status, before or after it was set. */
export class ConfigClient {
  readonly keys: ConfigKeys;
  readonly models: ConfigModels;
  readonly #link: ConfigLink;

  constructor(app: MeshApp, address: number, options: LinkOptions) {
    this.#link = new ConfigLink(app, address, options);
    this.keys = new ConfigKeys(this.#link);
    this.models = new ConfigModels(this.#link);
  }

  /** Page 0. */
  async composition(): Promise<Composition> {
    const { page, data } = await this.compositionPage(0);
    if (page !== 0) throw new Error(`asked for page 0, got page ${page}`);
    return readComposition(data);
  }

  /** A page, or the largest below it that there is. */
  async compositionPage(page: number): Promise<{ readonly page: number; readonly data: Buffer }> {
    const answer = await this.#link.ask({ opcode: 0x8008, parameters: [page], status: 0x02 });
    return { page: answer.readUInt8(0), data: answer.subarray(1) };
  }

  beacon(): Promise<number> {
    return this.#octet(0x8009, 0x800b);
  }

  setBeacon(value: number): Promise<number> {
    return this.#octet(0x800a, 0x800b, value);
  }

  defaultTtl(): Promise<number> {
    return this.#octet(0x800c, 0x800e);
  }

  setDefaultTtl(value: number): Promise<number> {
    return this.#octet(0x800d, 0x800e, value);
  }

  /** 2: not supported; so with the GATT proxy. */
  friend(): Promise<number> {
    return this.#octet(0x800f, 0x8011);
  }

  setFriend(value: number): Promise<number> {
    return this.#octet(0x8010, 0x8011, value);
  }

  gattProxy(): Promise<number> {
    return this.#octet(0x8012, 0x8014);
  }

  setGattProxy(value: number): Promise<number> {
    return this.#octet(0x8013, 0x8014, value);
  }

  /** Low 3 bits: repetitions; high 5 bits: interval, in steps of 10 ms, less one. MshPRT 4.2.21. */
  networkTransmit(): Promise<number> {
    return this.#octet(0x8023, 0x8025);
  }

  setNetworkTransmit(value: number): Promise<number> {
    return this.#octet(0x8024, 0x8025, value);
  }

  async relay(): Promise<Relay> {
    return readRelay(await this.#link.ask({ opcode: 0x8026, status: 0x8028 }));
  }

  async setRelay({ state, retransmit }: Relay): Promise<Relay> {
    const parameters = [state, retransmit];
    return readRelay(await this.#link.ask({ opcode: 0x8027, parameters, status: 0x8028 }));
  }

  /** In steps of 100 ms; 0: the node is no friend of that address. MshPRT 4.2.22. */
  async pollTimeout(lowPowerNode: number): Promise<number> {
    const parameters = uint16LE(lowPowerNode);
    const answer = await this.#link.ask({ opcode: 0x802d, parameters, status: 0x802e });
    return answer.readUIntLE(2, 3);
  }

  async heartbeatPublication(): Promise<HeartbeatPublication> {
    return readHeartbeatPublication(await this.#link.ask({ opcode: 0x8038, status: 0x06 }));
  }

  /** Gives the status code. */
  async setHeartbeatPublication(publication: HeartbeatPublication): Promise<number> {
    const { destination, countLog, periodLog, ttl, features, netKeyIndex } = publication;
    const parameters = [
      ...uint16LE(destination),
      ...[countLog, periodLog, ttl],
      ...uint16LE(features),
      ...uint16LE(netKeyIndex),
    ];
    return (await this.#link.ask({ opcode: 0x8039, parameters, status: 0x06 })).readUInt8(0);
  }

  async heartbeatSubscription(): Promise<HeartbeatsHeard> {
    return readHeartbeats(await this.#link.ask({ opcode: 0x803a, status: 0x803c }));
  }

  async setHeartbeatSubscription(subscription: HeartbeatSubscription): Promise<HeartbeatsHeard> {
    const { source, destination, periodLog } = subscription;
    const parameters = [...uint16LE(source), ...uint16LE(destination), periodLog];
    return readHeartbeats(await this.#link.ask({ opcode: 0x803b, parameters, status: 0x803c }));
  }

  /** Done when the node has said that it forgets everything. */
  async reset(): Promise<void> {
    const answer = await this.#link.ask({ opcode: 0x8049, status: 0x804a });
    if (answer.length > 0) throw new Error(`Node Reset Status with ${answer.length} octets`);
  }

  async #octet(opcode: number, status: number, ...value: readonly number[]): Promise<number> {
    return statusOf(await this.#link.ask({ opcode, parameters: value, status }), []);
  }
}

/** Ask until the node has counted so many heartbeats, countLog as on the air: what was sent may not have arrived yet. */
export async function untilCounted(node: ConfigClient, countLog: number): Promise<HeartbeatsHeard> {
  for (;;) {
    const heard = await node.heartbeatSubscription();
    if (heard.countLog >= countLog) return heard;
  }
}

function readRelay(answer: Buffer): Relay {
  return { state: answer.readUInt8(0), retransmit: answer.readUInt8(1) };
}

function readHeartbeatPublication(answer: Buffer): HeartbeatPublication {
  return {
    destination: answer.readUInt16LE(1),
    countLog: answer.readUInt8(3),
    periodLog: answer.readUInt8(4),
    ttl: answer.readUInt8(5),
    features: answer.readUInt16LE(6),
    netKeyIndex: answer.readUInt16LE(8),
  };
}

function readHeartbeats(answer: Buffer): HeartbeatsHeard {
  return {
    status: answer.readUInt8(0),
    source: answer.readUInt16LE(1),
    destination: answer.readUInt16LE(3),
    periodLog: answer.readUInt8(5),
    countLog: answer.readUInt8(6),
    minHops: answer.readUInt8(7),
    maxHops: answer.readUInt8(8),
  };
}
