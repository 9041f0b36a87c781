/** One provisioner and one relay for all measurements of a run; the devices come and go. */

import { randomUUID } from "node:crypto";
import { Bench, type Ending } from "../interop/bench.js";
import { Air, type DropRule, losing } from "../interop/bluez/air.js";
import { Device } from "../interop/bluez/device.js";
import { Provisioner } from "../interop/bluez/provisioner.js";
import { isBeacon } from "../interop/scene.js";
import { SimulatorProcess } from "../interop/simulator.js";
import { type LinkTimes, readLinkTimes } from "./link-log.js";

/** Our simulator, or bluetooth-meshd as unprovisioned device. */
export type Candidate = "ours" | "meshd";

/** What may go wrong on the air. percent: of all frames that are lost; seed: which ones. */
export interface Weather {
  readonly percent: number;
  readonly seed: number;
}

const CALM: DropRule = () => false;

/** Provisions devices, one after the other. */
export class Lab {
  readonly #bench: Bench;
  readonly #air: Air;
  readonly #speedup: number;
  readonly #provisioner: Provisioner;
  readonly #setLoss: (rule: DropRule) => void;
  #count = 0;

  /** speedup: of every daemon. */
  static async open(ending: Ending, speedup: number): Promise<Lab> {
    const bench = new Bench(ending);
    let rule = CALM;
    const air = new Air((...frame) => rule(...frame));
    bench.later(() => air.close());
    await air.listen("provisioner", bench.path("p.sock"));
    await air.listen("device", bench.path("d.sock"));
    const options = { folder: bench.path("p"), air: bench.path("p.sock"), speedup };
    const provisioner = await Provisioner.start(options);
    bench.later(() => provisioner.stop());
    return new Lab({ bench, air, speedup, provisioner }, (next) => {
      rule = next;
    });
  }

  private constructor(
    parts: {
      readonly bench: Bench;
      readonly air: Air;
      readonly speedup: number;
      readonly provisioner: Provisioner;
    },
    setLoss: (rule: DropRule) => void,
  ) {
    this.#bench = parts.bench;
    this.#air = parts.air;
    this.#speedup = parts.speedup;
    this.#provisioner = parts.provisioner;
    this.#setLoss = setLoss;
  }

  /** Provision a new device that is on the air already, without OOB; undefined: it failed. */
  async provision(candidate: Candidate, { percent, seed }: Weather): Promise<LinkTimes | undefined> {
    const uuid = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
    const heard = this.#air.sent.next("a beacon", 20_000, (sent) => isBeacon(sent) || undefined);
    const device = await this.#start(candidate, uuid);
    try {
      await heard;
      const before = this.#air.sent.seen.length;
      this.#setLoss(percent === 0 ? CALM : losing(percent, seed));
      await this.#provisioner.provision(uuid, 120_000);
      return readLinkTimes(this.#air.sent.seen.slice(before));
    } catch (error) {
      console.log(`  ${candidate}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    } finally {
      this.#setLoss(CALM);
      await device.stop();
    }
  }

  #start(candidate: Candidate, uuid: Buffer): Promise<Device | SimulatorProcess> {
    const name = `${this.#count++}`;
    const [air, folder] = [this.#bench.path("d.sock"), this.#bench.path(name)];
    if (candidate === "meshd") return Device.start({ folder, air, speedup: this.#speedup }, uuid);
    return SimulatorProcess.start({
      state: folder,
      ether: air,
      more: ["--uuid", uuid.toString("hex")],
    });
  }
}
