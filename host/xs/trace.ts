import type { DropReason, Layer, ProvisioningFailure, Trace, TraceEvent } from "../../modules/platform.js";

/** The node's account of itself, a short line each. */
export class LineTrace implements Trace {
  drop(layer: Layer, reason: DropReason): void {
    trace(`${layer}: dropped, ${reason}\n`);
  }

  note(layer: Layer, event: TraceEvent, value?: number): void {
    trace(value === undefined ? `${layer}: ${event}\n` : `${layer}: ${event} ${value}\n`);
  }

  failed({ step, expected, came, errorCode, mistake }: ProvisioningFailure): void {
    trace(
      `provisioning: failed in ${step}, expected ${expected}, came ${came}, ` +
        `error ${errorCode ?? "none"}, mistake ${mistake}\n`,
    );
  }
}
