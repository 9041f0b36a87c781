/** What runs the node: this process's own engine, or XS. */

import type { Platform } from "../../../modules/platform.js";

/** The device, as far as an engine knows it. */
export interface Device {
  start(): void;
  /** Forget the network and be new again. */
  reset(): void;
}

/** One engine runs one device. */
export interface Engine {
  /** Make the device on a platform that is ready, and start it. Once. */
  start(platform: Platform): void;
  reset(): void;
  /** Resolves when the device's turn is over and no other can begin. */
  close(): Promise<void>;
  /** End at once; also after a fault. */
  release(): void;
}

/** Node's own engine: the device runs in this process. */
export class OwnEngine implements Engine {
  readonly #create: (platform: Platform) => Device;
  #device: Device | undefined;

  constructor(create: (platform: Platform) => Device) {
    this.#create = create;
  }

  start(platform: Platform): void {
    this.#device = this.#create(platform);
    this.#device.start();
  }

  reset(): void {
    this.#device?.reset();
  }

  /** Turns run to completion: there is none now. */
  async close(): Promise<void> {}

  release(): void {}
}
