/** The GATT server on a controller, as every adapter, and what only it does. */

import { Adapter } from "../../host/simulator/hci/adapter.js";
import type { Peripheral, PeripheralListener } from "../../host/simulator/phone/gatt/central.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { ascii } from "../../modules/bytes.js";
import type { GattServer } from "../../modules/platform.js";
import { AttClient } from "../support/att-client.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { VirtualController } from "../support/virtual-controller.js";
import { type GattScene, gattContract } from "./gatt-contract.js";

/** A server on a virtual controller, and clients that connect to it. */
class HciScene implements GattScene {
  readonly clock = new FakeClock();
  readonly controller = new VirtualController(this.clock, { aclPackets: 6 });
  readonly adapter: Adapter;
  readonly server: GattServer;
  readonly #clients = new Map<Peripheral, AttClient>();

  constructor() {
    const { clock, controller } = this;
    this.adapter = new Adapter({ clock, random: new SeededRandom(1), name: ascii("lamp") });
    this.server = this.adapter.gattServer;
    const fail = (why: string): void => {
      throw new Error(why);
    };
    this.adapter.start(controller, { ready: () => {}, failed: fail, noted: fail });
    this.pass(100);
  }

  pass(ms: number): void {
    this.clock.advance(ms);
  }

  connect(listener: PeripheralListener): Peripheral {
    const client = new AttClient(this.controller);
    this.#clients.set(client, client);
    client.listen(listener);
    return client;
  }

  vanish(peripheral: Peripheral): void {
    this.#clients.get(peripheral)?.vanish();
  }
}

export const suite: Suite = (harness) => {
  gattContract(() => new HciScene())(harness);
};
