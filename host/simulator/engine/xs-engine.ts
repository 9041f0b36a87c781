import type { Platform } from "../../../modules/platform.js";
import type { Engine } from "./engine.js";
import type { XsFiles } from "./prepare-xs.js";
import { factsOf, servePlatform } from "./served-platform.js";
import { XsWorker } from "./xs-worker.js";

/** XS, the engine of the boards: the device runs in a process of its own, and only what it does comes out of there. */
export class XsEngine implements Engine {
  readonly #worker: XsWorker;

  /** Load the device. Rejects with UsageError. */
  static async load({ worker, script }: XsFiles): Promise<XsEngine> {
    return new XsEngine(await XsWorker.start(worker, script));
  }

  private constructor(worker: XsWorker) {
    this.#worker = worker;
  }

  start(platform: Platform): void {
    this.#worker.serve(servePlatform(platform, this.#worker));
    this.#worker.tell("start", factsOf(platform));
  }

  reset(): void {
    this.#worker.tell("reset");
  }

  close(): Promise<void> {
    return this.#worker.close();
  }

  release(): void {
    this.#worker.kill();
  }
}
