/** bluetooth-meshd as provisioner and configuration client of a network of its own. */

import { randomUUID } from "node:crypto";
import { type Agent, MeshApp } from "./mesh-app.js";
import type { AccessMessage, AddedNode, ExportedKeys, HeardDevice, Shown } from "./mesh-event.js";
import { type Meshd, type MeshdOptions, startMeshd } from "./meshd.js";

const CONFIG_CLIENT = 0x0001;
const GENERIC_ON_OFF_CLIENT = 0x1001;
const OWN_ADDRESS = 0x0001;
/** Address of the first device that is provisioned. */
export const firstAddress = 0x0100;
/** Status code of the Configuration model. MshPRT 4.3.5. */
export const SUCCESS = 0x00;

const tries = 4;
const answerMs = 5000;

/** Composition Data, page 0, as far as the tests look. MshPRT 4.2.2.1. */
export interface Composition {
  readonly companyId: number;
  /** SIG models of the primary element. */
  readonly models: readonly number[];
}

/** One provisioner. */
export class Provisioner {
  readonly #meshd: Meshd;
  readonly #app: MeshApp;
  #nextAddress = firstAddress;
  #transaction = 0;

  /** Start the daemon and make its network: this node at 0001, one NetKey, one AppKey, IV index 0. */
  static async start(options: MeshdOptions, agent: Agent = { capabilities: [] }): Promise<Provisioner> {
    const provisioner = new Provisioner(await startMeshd(options), agent);
    try {
      await provisioner.#app.createNetwork(Buffer.from(randomUUID().replaceAll("-", ""), "hex"));
      await provisioner.#app.createAppKey(0, 0);
    } catch (error) {
      await provisioner.stop();
      throw error;
    }
    return provisioner;
  }

  private constructor(meshd: Meshd, agent: Agent) {
    this.#meshd = meshd;
    this.#app = new MeshApp({
      address: meshd.address,
      models: [CONFIG_CLIENT, GENERIC_ON_OFF_CLIENT],
      agent,
      assign: (elementCount) => {
        const address = this.#nextAddress;
        this.#nextAddress += elementCount;
        return [0, address];
      },
    });
  }

  async stop(): Promise<void> {
    this.#app.close();
    await this.#meshd.stop();
  }

  /** Scan until a device beacons that `accept` takes. */
  async discover(accept: (device: HeardDevice) => boolean = () => true): Promise<HeardDevice> {
    const heard = this.#app.events.next("a beacon that the daemon hears", 15_000, (event) =>
      event.name === "heard" && accept(event) ? event : undefined,
    );
    await this.#app.scan();
    return heard;
  }

  /** Provision over PB-ADV; fails with the daemon's reason. */
  provision(uuid: Uint8Array, timeoutMs = 60_000): Promise<AddedNode> {
    return this.#app.addNode(uuid, timeoutMs);
  }

  /** What the daemon shows to a person from now on, to be entered on the device. */
  shown(): Promise<Shown> {
    return this.#app.events.next("a value for a person to enter", 30_000, (event) =>
      event.name === "shown" ? event : undefined,
    );
  }

  exportKeys(): Promise<ExportedKeys> {
    return this.#app.exportKeys();
  }

  /** Config Composition Data Get for page 0. */
  async compositionData(address: number): Promise<Composition> {
    const { data } = await this.#configure(address, [0x80, 0x08, 0x00], [0x02]);
    const page0 = data.subarray(2);
    const modelCount = page0.readUInt8(12);
    return {
      companyId: page0.readUInt16LE(0),
      models: Array.from({ length: modelCount }, (_, i) => page0.readUInt16LE(14 + 2 * i)),
    };
  }

  /** Config AppKey Add of AppKey 0; gives the status code. */
  async addAppKey(address: number): Promise<number> {
    const send = () => this.#app.addAppKey(address, 0, 0);
    const { data } = await this.#request(send, "deviceKeyMessage", address, [0x80, 0x03]);
    return data.readUInt8(2);
  }

  /** Config Model App Bind of AppKey 0 to a SIG model of the primary element; gives the status code. */
  async bind(address: number, model: number): Promise<number> {
    const { data } = await this.#configure(
      address,
      [0x80, 0x3d, ...uint16LE(address), ...uint16LE(0), ...uint16LE(model)],
      [0x80, 0x3e],
    );
    return data.readUInt8(2);
  }

  /** Give our own client models the AppKey; before that they cannot send. */
  async bindOwn(): Promise<void> {
    const statuses = [await this.addAppKey(OWN_ADDRESS), await this.bind(OWN_ADDRESS, GENERIC_ON_OFF_CLIENT)];
    if (statuses.some((status) => status !== SUCCESS))
      throw new Error(`own models: status ${statuses.join(", ")}`);
  }

  /** Generic OnOff Set; gives the present state of the status. */
  async setOnOff(address: number, on: boolean): Promise<number> {
    // Repetitions keep their transaction identifier.
    this.#transaction = (this.#transaction + 1) & 0xff;
    const message = [0x82, 0x02, on ? 1 : 0, this.#transaction];
    const send = () => this.#app.send(address, 0, message);
    const { data } = await this.#request(send, "message", address, [0x82, 0x04]);
    return data.readUInt8(2);
  }

  #configure(address: number, message: readonly number[], status: readonly number[]): Promise<AccessMessage> {
    const send = () => this.#app.sendWithDeviceKey(address, message);
    return this.#request(send, "deviceKeyMessage", address, status);
  }

  /** Send, and wait for the answer with this opcode; again when none comes: the daemon does not repeat by itself. */
  async #request(
    send: () => Promise<void>,
    kind: "message" | "deviceKeyMessage",
    source: number,
    opcode: readonly number[],
  ): Promise<AccessMessage> {
    for (let left = tries - 1; ; left--) {
      const answer = this.#app.events.next(
        `answer ${Buffer.from(opcode).toString("hex")}`,
        answerMs,
        (event) =>
          event.name === kind &&
          event.source === source &&
          opcode.every((octet, i) => event.data[i] === octet)
            ? event
            : undefined,
      );
      await send();
      try {
        return await answer;
      } catch (error) {
        if (left === 0) throw error;
      }
    }
  }
}

function uint16LE(value: number): readonly number[] {
  return [value & 0xff, value >> 8];
}
