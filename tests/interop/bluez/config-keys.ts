/** A node's keys, as the Configuration Client sees them. MshPRT 4.3.2.31 to 4.3.2.45, 4.3.2.55 to 4.3.2.57. */

import { type ConfigLink, statusOf } from "./config-link.js";
import { readKeyIndexes, twoKeyIndexes, uint16LE } from "./config-message.js";

/** AppKey indexes bound to one NetKey. */
export interface AppKeyList {
  readonly status: number;
  readonly indexes: readonly number[];
}

/** Adds, updates and deletes; keys come from the daemon's key ring. Each number that is given back is a status code. */
export class ConfigKeys {
  readonly #link: ConfigLink;

  constructor(link: ConfigLink) {
    this.#link = link;
  }

  async addNetKey(index: number): Promise<number> {
    return await this.#sendNetKey(index, false);
  }

  async updateNetKey(index: number): Promise<number> {
    return await this.#sendNetKey(index, true);
  }

  /** Add a key that is not on the key ring. value: 16 octets. */
  async addForeignNetKey(index: number, value: Uint8Array): Promise<number> {
    const parameters = [...uint16LE(index), ...value];
    return statusOf(await this.#link.ask({ opcode: 0x8040, parameters, status: 0x8044 }), uint16LE(index));
  }

  async deleteNetKey(index: number): Promise<number> {
    const parameters = uint16LE(index);
    return statusOf(await this.#link.ask({ opcode: 0x8041, parameters, status: 0x8044 }), parameters);
  }

  async netKeys(): Promise<readonly number[]> {
    return readKeyIndexes(await this.#link.ask({ opcode: 0x8042, status: 0x8043 }));
  }

  /** netKeyIndex: of the key that it is bound to. */
  async addAppKey(index: number, netKeyIndex = 0): Promise<number> {
    return await this.#sendAppKey(index, netKeyIndex, false);
  }

  async updateAppKey(index: number, netKeyIndex = 0): Promise<number> {
    return await this.#sendAppKey(index, netKeyIndex, true);
  }

  /** Add a key that is not on the key ring, or update it. value: 16 octets. */
  async sendForeignAppKey(
    kind: "add" | "update",
    indexes: readonly [netKey: number, appKey: number],
    value: Uint8Array,
  ): Promise<number> {
    const echo = twoKeyIndexes(...indexes);
    const opcode = kind === "add" ? 0x00 : 0x01;
    return statusOf(await this.#link.ask({ opcode, parameters: [...echo, ...value], status: 0x8003 }), echo);
  }

  async deleteAppKey(index: number, netKeyIndex = 0): Promise<number> {
    const parameters = twoKeyIndexes(netKeyIndex, index);
    return statusOf(await this.#link.ask({ opcode: 0x8000, parameters, status: 0x8003 }), parameters);
  }

  async appKeys(netKeyIndex = 0): Promise<AppKeyList> {
    const parameters = uint16LE(netKeyIndex);
    const list = await this.#link.ask({ opcode: 0x8001, parameters, status: 0x8002 });
    return {
      status: statusOf(list.subarray(0, 3), parameters),
      indexes: readKeyIndexes(list.subarray(3)),
    };
  }

  keyRefreshPhase(netKeyIndex = 0): Promise<KeyState> {
    return this.#keyState(0x8015, 0x8017, netKeyIndex);
  }

  /** transition: 2 or 3. */
  setKeyRefreshPhase(transition: number, netKeyIndex = 0): Promise<KeyState> {
    return this.#keyState(0x8016, 0x8017, netKeyIndex, transition);
  }

  nodeIdentity(netKeyIndex = 0): Promise<KeyState> {
    return this.#keyState(0x8046, 0x8048, netKeyIndex);
  }

  setNodeIdentity(identity: number, netKeyIndex = 0): Promise<KeyState> {
    return this.#keyState(0x8047, 0x8048, netKeyIndex, identity);
  }

  async #keyState(
    opcode: number,
    status: number,
    netKeyIndex: number,
    ...value: readonly number[]
  ): Promise<KeyState> {
    const index = uint16LE(netKeyIndex);
    const answer = await this.#link.ask({ opcode, parameters: [...index, ...value], status });
    return { status: statusOf(answer.subarray(0, 3), index), value: answer.readUInt8(3) };
  }

  async #sendNetKey(index: number, update: boolean): Promise<number> {
    const { app, address, netKeyIndex } = this.#link;
    const send = () => app.sendNetKey(address, { index, update, netKeyIndex });
    return statusOf(await this.#link.order(send, 0x8044), uint16LE(index));
  }

  async #sendAppKey(index: number, boundTo: number, update: boolean): Promise<number> {
    const { app, address, netKeyIndex } = this.#link;
    const send = () => app.sendAppKey(address, { index, update, netKeyIndex });
    return statusOf(await this.#link.order(send, 0x8003), twoKeyIndexes(boundTo, index));
  }
}

/** A state that each NetKey has: a Key Refresh phase, or a Node Identity. MshPRT 4.2.13, 4.2.15. */
export interface KeyState {
  readonly status: number;
  readonly value: number;
}
