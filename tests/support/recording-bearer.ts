import { toHex } from "../../modules/bytes.js";
import type { LinkCloseReason, ProvisioningBearer } from "../../modules/provisioning/bearer.js";

/** A provisioning bearer that writes down what it is told. */
export class RecordingBearer implements ProvisioningBearer {
  /** The PDUs handed over, as hexadecimal digits. */
  readonly sent: string[] = [];
  readonly closed: LinkCloseReason[] = [];

  accept(): void {}

  refuse(): void {}

  send(pdu: Uint8Array): void {
    this.sent.push(toHex(pdu));
  }

  close(reason: LinkCloseReason): void {
    this.closed.push(reason);
  }

  /** What has been handed over since the last call. */
  take(): string[] {
    return this.sent.splice(0);
  }
}
