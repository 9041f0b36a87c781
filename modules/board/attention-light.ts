/** Attention on an LED: it flickers, much faster than anything that is to be counted. MshPRT 4.2.10. */

import type { Clock, Timer } from "../platform.js";
import { type LightLayer, LightLevel } from "./shared-light.js";

const PHASE_MS = 200;

/** From `start` to `stop` 200 ms on and 200 ms off, whatever the lamp shows otherwise. */
export class AttentionLight {
  readonly #light: LightLayer;
  readonly #timer: Timer;
  #isLit = false;

  constructor(clock: Clock, light: LightLayer) {
    this.#light = light;
    this.#timer = clock.createTimer(() => this.#show(!this.#isLit));
  }

  /** Started again, it goes on as it was. */
  start(): void {
    if (!this.#timer.running) this.#show(true);
  }

  /** Idempotent. */
  stop(): void {
    this.#timer.stop();
    this.#light.release();
  }

  #show(isLit: boolean): void {
    this.#isLit = isLit;
    this.#light.write(isLit ? LightLevel.Full : LightLevel.Off);
    this.#timer.start(PHASE_MS);
  }
}
