import type { DropReason, Layer, ProvisioningFailure, Trace, TraceEvent } from "../../modules/platform.js";

/** The node's account of itself, a short line each. */
export class LineTrace implements Trace {
  readonly #print: (text: string) => void;

  /** print: where the lines go; without it, to the SDK's trace. */
  constructor(print: (text: string) => void = (text) => trace(text)) {
    this.#print = print;
  }

  drop(layer: Layer, reason: DropReason): void {
    this.#print(`${layer}: dropped, ${reason}\n`);
  }

  note(layer: Layer, event: TraceEvent, value?: number): void {
    this.#print(value === undefined ? `${layer}: ${event}\n` : `${layer}: ${event} ${value}\n`);
  }

  failed({ step, expected, came, errorCode, mistake }: ProvisioningFailure): void {
    this.#print(
      `provisioning: failed in ${step}, expected ${expected}, came ${came}, ` +
        `error ${errorCode ?? "none"}, mistake ${mistake}\n`,
    );
  }
}
