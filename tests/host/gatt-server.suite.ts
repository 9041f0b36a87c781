/** The GATT server of the simulated air, as every adapter, and what only it does. */

import { SimulatedCentral } from "../../host/simulator/gatt-central.js";
import { SimulatedGattServer, type SimulatedGattServerOptions } from "../../host/simulator/gatt-server.js";
import { Medium } from "../../host/simulator/medium.js";
import type {
  Advertisement,
  Peripheral,
  PeripheralListener,
} from "../../host/simulator/phone/gatt/central.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Harness, Suite } from "../support/harness.js";
import { type GattScene, gattContract, PROVISIONING, SILENT } from "./gatt-contract.js";

/** A server behind a radio, and an adapter for each client. */
class SimulatedScene implements GattScene {
  readonly clock = new FakeClock();
  readonly medium = new Medium(this.clock);
  readonly server: SimulatedGattServer;
  readonly radio: SimulatedRadio;
  readonly #adapters = new Map<Peripheral, SimulatedCentral>();
  #clients = 0;

  constructor(options: Partial<SimulatedGattServerOptions> = {}) {
    const { clock, medium } = this;
    this.radio = new SimulatedRadio({ medium, name: "device", clock, random: new SeededRandom(1) });
    this.radio.open({ received: () => {}, transmitted: () => {} });
    this.server = new SimulatedGattServer({ port: this.radio.port, clock, ...options });
  }

  pass(ms: number): void {
    this.clock.advance(ms);
  }

  connect(listener: PeripheralListener): Peripheral {
    const adapter = new SimulatedCentral(this.medium, `client ${++this.#clients}`);
    let peripheral: Peripheral | undefined;
    adapter.open({
      advertised: () => {},
      connected: (found) => {
        peripheral = found;
        found.listen(listener);
      },
      connectFailed: () => {},
    });
    this.advertise();
    adapter.connect(this.radio.identity);
    this.pass(10);
    if (peripheral === undefined) throw new Error("not connected");
    this.#adapters.set(peripheral, adapter);
    return peripheral;
  }

  vanish(peripheral: Peripheral): void {
    this.#adapters.get(peripheral)?.close();
  }

  advertise(): void {
    const [data, scanResponse] = [new Uint8Array([2, 1, 6]), new Uint8Array([2, 0x0a, 0])];
    this.radio.setConnectable({ data, scanResponse, intervalMs: 100, address: "identity" });
  }
}

export const suite: Suite = (harness) => {
  const { test, equal, throws } = harness;
  gattContract(() => new SimulatedScene())(harness);
  const named = (name: string): Harness => ({
    ...harness,
    test: (title: string, body: () => void) => test(title.replace(/( \[|$)/, `, ${name}$1`), body),
  });
  gattContract(() => new SimulatedScene({ swapsLive: false }))(named("of one that cannot swap"));
  gattContract(() => new SimulatedScene({ maxConnections: 1, maxMtu: 185, room: 2 }))(
    named("of a small one"),
  );

  test("a client beyond the last connection is turned away, unheard", () => {
    const scene = new SimulatedScene({ maxConnections: 1 });
    const heard: string[] = [];
    const note = (id: number): void => {
      heard.push(`${id}`);
    };
    scene.server.serve(PROVISIONING, {
      connected: note,
      disconnected: note,
      subscribed: note,
      written: note,
      ready: note,
      idle: note,
    });
    const first = scene.connect(SILENT);
    const second = scene.connect(SILENT);
    scene.pass(100);
    equal([first.open, second.open, heard], [true, false, ["1"]]);
  });

  test("the adapter hears connectable advertisements while it scans, and fails to connect to nobody", () => {
    const scene = new SimulatedScene();
    const adapter = new SimulatedCentral(scene.medium, "phone");
    const heard: Advertisement[] = [];
    let failures = 0;
    adapter.open({
      advertised: (advertisement) => heard.push({ ...advertisement, data: advertisement.data.slice() }),
      connected: () => {},
      connectFailed: () => {
        failures++;
      },
    });
    throws(() => adapter.open({ advertised: () => {}, connected: () => {}, connectFailed: () => {} }));
    scene.advertise();
    scene.pass(500);
    equal(heard.length, 0);
    adapter.setScanning(true);
    scene.pass(500);
    equal(heard.length, 5);
    equal(heard[0]?.data, new Uint8Array([2, 1, 6]));
    adapter.connect(new Uint8Array(6));
    throws(() => adapter.connect(new Uint8Array(6)));
    scene.pass(10_000);
    equal(failures, 1);
  });
};
