/** A second bluetooth-meshd as unprovisioned device and Generic OnOff Server: it proves the harness, without our node. */

import { MeshApp } from "./mesh-app.js";
import type { AccessMessage } from "./mesh-event.js";
import type { Agent } from "./mesh-objects.js";
import { type Meshd, type MeshdOptions, startMeshd } from "./meshd.js";
import { GENERIC_ON_OFF_SERVER } from "./on-off-client.js";

const SET = 0x8202;
const SET_UNACKNOWLEDGED = 0x8203;

/** One device, which beacons until it is provisioned. */
export class Device {
  /** Provisioned, and ready to be configured. */
  readonly provisioned: Promise<void>;
  readonly #meshd: Meshd;
  readonly #app: MeshApp;

  /** uuid: of RFC 4122, 16 octets. */
  static async start(
    options: MeshdOptions,
    uuid: Uint8Array,
    agent: Agent = { capabilities: [] },
  ): Promise<Device> {
    const meshd = await startMeshd(options);
    const app = new MeshApp({ address: meshd.address, models: [GENERIC_ON_OFF_SERVER], agent });
    try {
      const { provisioned } = await app.join(uuid);
      return new Device(meshd, app, provisioned);
    } catch (error) {
      app.close();
      await meshd.stop();
      throw error;
    }
  }

  private constructor(meshd: Meshd, app: MeshApp, provisioned: Promise<void>) {
    this.#meshd = meshd;
    this.#app = app;
    this.provisioned = provisioned;
  }

  /** Wait for one Generic OnOff Set, and answer it with its status; gives the state that was set. */
  async serveOnOffSet(): Promise<number> {
    const set = await this.#next(SET);
    const state = set.data.readUInt8(2);
    await this.#app.send(set.source, set.keyIndex, [0x82, 0x04, state]);
    return state;
  }

  /** Wait for one Generic OnOff Set Unacknowledged; gives the state, and whom it was sent to. */
  async hearOnOffSet(): Promise<{
    readonly state: number;
    readonly destination: AccessMessage["destination"];
  }> {
    const { data, destination } = await this.#next(SET_UNACKNOWLEDGED);
    return { state: data.readUInt8(2), destination };
  }

  /** Publish a Generic OnOff Status, as it is configured. */
  async publish(state: number): Promise<void> {
    await this.#app.publish(GENERIC_ON_OFF_SERVER, [0x82, 0x04, state]);
  }

  async stop(): Promise<void> {
    this.#app.close();
    await this.#meshd.stop();
  }

  #next(opcode: number): Promise<AccessMessage> {
    return this.#app.events.next(`message ${opcode.toString(16)}`, 10_000, (event) =>
      event.name === "message" && event.data.readUInt16BE(0) === opcode ? event : undefined,
    );
  }
}
