/** What runs in the worker: a device on a platform whose objects reach out to the simulator. */

import type { Platform } from "../../../modules/platform.js";
import type { Device } from "./engine.js";
import {
  type Arrived,
  decode,
  deliver,
  encode,
  type Facts,
  type Fault,
  type Happenings,
  type Outcome,
  octetsOf,
} from "./messages.js";
import { WorkerHost } from "./worker-host.js";
import { WorkerPlatform } from "./worker-platform.js";

/** The worker's one way out: a message that it waits to see answered. */
declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

/** Wait for the simulator to say when the device starts, and what happens then. device: makes it. */
export function runInWorker(device: (platform: Platform) => Device): void {
  const host = new WorkerHost(issueCommand);
  const happenings = new WorkerHappenings(host, device);
  const handleCommand = (message: ArrayBuffer): ArrayBuffer => {
    const happening: Arrived = JSON.parse(decode(message));
    const fault = faultOf(() => deliver(happenings, happening));
    const outcome: Outcome = { calls: host.takeCalls(), fault };
    return encode(outcome);
  };
  // XS calls the global function of this name for each message.
  Object.assign(globalThis, { handleCommand });
}

function faultOf(turn: () => void): Fault | undefined {
  try {
    turn();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return { message: String(error), stack: "" };
    return { message: String(error), stack: error.stack ?? "" };
  }
}

/** What happens outside goes to whom it concerns. */
class WorkerHappenings implements Happenings {
  readonly #host: WorkerHost;
  readonly #create: (platform: Platform) => Device;
  #running: { readonly platform: WorkerPlatform; readonly device: Device } | undefined;

  constructor(host: WorkerHost, create: (platform: Platform) => Device) {
    this.#host = host;
    this.#create = create;
  }

  start(facts: Facts): void {
    const platform = new WorkerPlatform(this.#host, facts);
    const device = this.#create(platform);
    this.#running = { platform, device };
    device.start();
  }

  reset(): void {
    this.#running?.device.reset();
  }

  expired(run: number): void {
    this.#running?.platform.clock.expired(run);
  }

  received(data: string, rssi: number): void {
    this.#running?.platform.radio.listener?.received(octetsOf(data), rssi);
  }

  transmitted(): void {
    this.#running?.platform.radio.listener?.transmitted();
  }

  pressed(down: boolean): void {
    this.#running?.platform.board.press(down);
  }

  turned(steps: number): void {
    this.#running?.platform.board.turn(steps);
  }

  entered(text: string): void {
    this.#running?.platform.board.enter(text);
  }

  connected(listener: number, connection: number): void {
    this.#running?.platform.gattServer?.listener(listener).connected(connection);
  }

  disconnected(listener: number, connection: number): void {
    this.#running?.platform.gattServer?.listener(listener).disconnected(connection);
  }

  subscribed(listener: number, connection: number, on: boolean): void {
    this.#running?.platform.gattServer?.listener(listener).subscribed(connection, on);
  }

  written(listener: number, connection: number, value: string): void {
    this.#running?.platform.gattServer?.listener(listener).written(connection, octetsOf(value));
  }

  ready(listener: number, connection: number): void {
    this.#running?.platform.gattServer?.listener(listener).ready(connection);
  }

  idle(listener: number, connection: number): void {
    this.#running?.platform.gattServer?.listener(listener).idle(connection);
  }
}
