/** One connection of a central. */

import { Happenings } from "../happenings.js";
import type { Answer, CentralRequest, CharacteristicName, ServiceFound } from "./central-talk.js";

/** A notification or an indication. */
export interface Notification extends CharacteristicName {
  readonly value: Buffer;
}

/** A connection, which its central makes. */
export class CentralLink {
  /** Of the peripheral. */
  readonly address: string;
  /** Octets of the longest ATT PDU. */
  mtu = 23;
  readonly notifications = new Happenings<Notification>();
  /** What ended it, once something has: an HCI error code, or a sentence. */
  readonly ends = new Happenings<number | string>();
  readonly #ask: (request: CentralRequest) => Promise<Answer>;

  constructor(address: string, ask: (request: CentralRequest) => Promise<Answer>) {
    this.address = address;
    this.#ask = ask;
  }

  /** Find out what is there; what was found before is forgotten, with its subscriptions. */
  async discover(): Promise<readonly ServiceFound[]> {
    return (await this.#ask({ ask: "discover", address: this.address })).services ?? [];
  }

  /** Done when the peripheral has taken the subscription to a characteristic that was discovered. */
  async subscribe(service: number, characteristic: number): Promise<void> {
    await this.#ask({ ask: "subscribe", address: this.address, service, characteristic });
  }

  async unsubscribe(service: number, characteristic: number): Promise<void> {
    await this.#ask({ ask: "unsubscribe", address: this.address, service, characteristic });
  }

  /** Write without response; done when it is on its way, in the order of the calls. */
  async write(service: number, characteristic: number, value: Uint8Array): Promise<void> {
    const hex = Buffer.from(value).toString("hex");
    await this.#ask({ ask: "write", address: this.address, service, characteristic, value: hex });
  }

  /** End the connection; done when it has ended. */
  async disconnect(): Promise<void> {
    await this.#ask({ ask: "disconnect", address: this.address });
    await this.ended();
  }

  /** What has ended it, or does within `timeoutMs`. */
  ended(timeoutMs = 10_000): Promise<number | string> {
    return this.ends.first("the connection ends", timeoutMs, (reason) => reason);
  }

  /** The next notification of a characteristic from now on. */
  notification(characteristic: number, timeoutMs = 10_000): Promise<Buffer> {
    return this.notifications.next("a notification", timeoutMs, (each) =>
      each.characteristic === characteristic ? each.value : undefined,
    );
  }

  /** For the central: this came. */
  notified({ service, characteristic }: CharacteristicName, value: Buffer): void {
    this.notifications.add({ service, characteristic, value });
  }

  /** For the central: it has ended. */
  disconnected(reason: number | string): void {
    if (this.ends.seen.length > 0) return;
    this.ends.add(reason);
    this.notifications.end(new Error(`the connection has ended: ${reason}`));
  }
}
