/** A simulator that is measured while something is done with it. */

import { existsSync, readFileSync } from "node:fs";
import { until } from "../interop/gatt/real-phone.js";
import type { GattScene } from "../interop/gatt/scene.js";
import type { TappedPacket } from "../interop/gatt/tap.js";
import { SimulatorProcess } from "../interop/simulator.js";
import type { GattTimes } from "./gatt-log.js";

/** busyMs: processor time of the device. */
export interface Measured extends GattTimes {
  readonly busyMs: number;
}

/** It says how much processor time it has used. */
export class MeteredDevice {
  readonly process: SimulatorProcess;
  readonly #file: string;
  #lines = 0;

  static async start({ bench, tap }: GattScene, name: string): Promise<MeteredDevice> {
    const file = bench.path(`${name}.cpu`);
    const meter = new URL("cpu-meter.mjs", import.meta.url).href;
    const environment = { NODE_OPTIONS: `--import ${meter}`, CPU_METER: file };
    const options = { state: bench.path(name), controllers: tap.path, environment };
    const started = await SimulatorProcess.start(options);
    bench.later(() => started.stop());
    return new MeteredDevice(started, file);
  }

  private constructor(started: SimulatorProcess, file: string) {
    this.process = started;
    this.#file = file;
  }

  /** What `act` has cost. */
  async measure(
    { tap }: GattScene,
    read: (log: readonly TappedPacket[]) => GattTimes,
    act: () => Promise<unknown>,
  ): Promise<Measured> {
    const before = tap.packets.seen.length;
    const usedBefore = await this.#used();
    await act();
    const used = await this.#used();
    return { ...read(tap.packets.seen.slice(before)), busyMs: (used - usedBefore) / 1000 };
  }

  /** Microseconds. */
  #used(): Promise<number> {
    this.#lines++;
    this.process.signal("SIGUSR2");
    return until("the meter is read", 5000, () => {
      const lines = existsSync(this.#file) ? readFileSync(this.#file, "utf8").split("\n") : [];
      return lines.length > this.#lines ? Number(lines[this.#lines - 1]) : undefined;
    });
  }
}
