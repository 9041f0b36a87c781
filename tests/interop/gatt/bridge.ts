/**
 * Joins two airs: what is advertised on the one, non-connectable and with a mesh AD type, is heard on the other. The
 * daemon, which knows nothing but AD structures on a socket, so reaches a node that stands on virtual controllers.
 */

import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { type AdvertisingReport, Controller } from "./h4.js";

const NON_CONNECTABLE = 3;
const MESH_AD_TYPES: readonly number[] = [0x29, 0x2a, 0x2b];

/** ether: a socket that carries AD structures; controllers: where to get a controller. */
export interface BridgeOptions {
  readonly ether: string;
  readonly controllers: string;
}

/** A participant of both airs, which says in each what it hears in the other. */
export class Bridge {
  readonly #ether: Socket;
  readonly #controller: Controller;
  #waiting: Buffer[] = [];
  #isSending = false;

  static async start({ ether, controllers }: BridgeOptions): Promise<Bridge> {
    const socket = createConnection(ether);
    await once(socket, "connect");
    const controller = await Controller.open(controllers, {
      reported: (report) => forward(report, socket),
    });
    await controller.setAdvertising(NON_CONNECTABLE);
    await controller.scan();
    return new Bridge(socket, controller);
  }

  private constructor(ether: Socket, controller: Controller) {
    this.#ether = ether;
    this.#controller = controller;
    let rest: Buffer = Buffer.alloc(0);
    ether.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let length = rest[0]; length !== undefined && rest.length > length; length = rest[0]) {
        this.#waiting.push(rest.subarray(0, 1 + length));
        rest = rest.subarray(1 + length);
      }
      this.#send().catch(() => this.stop());
    });
    ether.on("error", () => {});
  }

  /** Leave both airs. */
  stop(): void {
    this.#ether.destroy();
    this.#controller.close();
  }

  /** One advertising event for each AD structure: btvirt has one as soon as advertising is enabled. */
  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let ad = this.#waiting.shift(); ad !== undefined; ad = this.#waiting.shift())
      await this.#controller.advertiseOnce(ad);
    this.#isSending = false;
  }
}

function forward({ type, data }: AdvertisingReport, ether: Socket): void {
  if (type !== NON_CONNECTABLE || !ether.writable) return;
  for (let at = 0; at < data.length; at += 1 + data.readUInt8(at)) {
    const end = at + 1 + data.readUInt8(at);
    const adType = data[at + 1];
    if (adType !== undefined && end <= data.length && MESH_AD_TYPES.includes(adType))
      ether.write(data.subarray(at, end));
  }
}
