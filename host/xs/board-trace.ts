import type {
  Clock,
  DropReason,
  Layer,
  ProvisioningFailure,
  Timer,
  Trace,
  TraceEvent,
} from "../../modules/platform.js";
import { LineTrace } from "./trace.js";

/** So long drops are gathered before they are told. */
const GATHER_MS = 2000;

/**
 * The node's account of itself where a line takes milliseconds to leave. What happens is told as it happens, drops
 * only as numbers: a stranger can cause thousands of them a second. A release build prints nothing, so that there the
 * counting is all that a drop costs.
 */
export class BoardTrace implements Trace {
  readonly #lines = new LineTrace();
  readonly #gathered: Timer;
  /** Since they were told last. */
  readonly #drops = new Map<Layer, Map<DropReason, number>>();

  /** clock: a fault in here is a fault of ours like any other. */
  constructor(clock: Clock) {
    this.#gathered = clock.createTimer(() => this.#tell());
  }

  drop(layer: Layer, reason: DropReason): void {
    let reasons = this.#drops.get(layer);
    if (reasons === undefined) {
      reasons = new Map();
      this.#drops.set(layer, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (!this.#gathered.running) this.#gathered.start(GATHER_MS);
  }

  note(layer: Layer, event: TraceEvent, value?: number): void {
    this.#lines.note(layer, event, value);
  }

  failed(failure: ProvisioningFailure): void {
    this.#lines.failed(failure);
  }

  #tell(): void {
    for (const [layer, reasons] of this.#drops) {
      for (const [reason, count] of reasons) {
        if (count === 0) continue;
        trace(`${layer}: dropped ${count}, ${reason}\n`);
        reasons.set(reason, 0);
      }
    }
  }
}
