import { toHex } from "../../modules/bytes.js";
import type { DropReason, Layer, ProvisioningFailure, Trace, TraceEvent } from "../../modules/platform.js";
import type { Report } from "./events.js";

/** The node's account of itself, as events. */
export class ReportingTrace implements Trace {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  drop(layer: Layer, reason: DropReason, pdu?: Uint8Array): void {
    this.#report({ event: "drop", layer, reason, pdu: pdu === undefined ? undefined : toHex(pdu) });
  }

  note(layer: Layer, event: TraceEvent, value?: number): void {
    this.#report({ event: "note", layer, name: event, value });
  }

  failed({ step, expected, came, errorCode, mistake }: ProvisioningFailure): void {
    this.#report({ event: "failed", step, expected, came, errorCode, mistake });
  }
}
