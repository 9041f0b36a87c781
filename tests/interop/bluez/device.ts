/** A second bluetooth-meshd as unprovisioned device and Generic OnOff Server: it proves the harness, without our node. */

import { type Agent, MeshApp } from "./mesh-app.js";
import { type Meshd, type MeshdOptions, startMeshd } from "./meshd.js";

/** Model identifier. */
export const GENERIC_ON_OFF_SERVER = 0x1000;

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
    const set = await this.#app.events.next("Generic OnOff Set", 10_000, (event) =>
      event.name === "message" && event.data.readUInt16BE(0) === 0x8202 ? event : undefined,
    );
    const state = set.data.readUInt8(2);
    await this.#app.send(set.source, set.keyIndex, [0x82, 0x04, state]);
    return state;
  }

  async stop(): Promise<void> {
    this.#app.close();
    await this.#meshd.stop();
  }
}
