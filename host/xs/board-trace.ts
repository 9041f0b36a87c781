import type {
  Clock,
  DropReason,
  Layer,
  ProvisioningFailure,
  Timer,
  Trace,
  TraceEvent,
} from "../../modules/platform.js";
import { print } from "./native-chip.js";
import { LineTrace } from "./trace.js";

/** So long drops are gathered before they are told. */
const GATHER_MS = 2000;

/** More lines in that time would take the node a notable part of it: links, too, are a stranger's to open and close. */
const MAX_LINES = 60;

/**
 * The node's account of itself where a line takes milliseconds to leave. What happens is told as it happens, drops
 * only as numbers: a stranger can cause thousands of them a second. Of more than happens by itself, only the number is told.
 */
export class BoardTrace implements Trace {
  readonly #lines = new LineTrace(print);
  readonly #gathered: Timer;
  /** Since they were told last. */
  readonly #drops = new Map<Layer, Map<DropReason, number>>();
  /** Lines since then, those among them that were not printed included. */
  #count = 0;

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
    this.#gather();
  }

  note(layer: Layer, event: TraceEvent, value?: number): void {
    if (this.#mayPrint()) this.#lines.note(layer, event, value);
  }

  failed(failure: ProvisioningFailure): void {
    if (this.#mayPrint()) this.#lines.failed(failure);
  }

  #mayPrint(): boolean {
    this.#gather();
    return ++this.#count <= MAX_LINES;
  }

  #gather(): void {
    if (!this.#gathered.running) this.#gathered.start(GATHER_MS);
  }

  #tell(): void {
    const unsaid = this.#count - MAX_LINES;
    this.#count = 0;
    if (unsaid > 0) print(`${unsaid} lines more\n`);
    for (const [layer, reasons] of this.#drops) {
      for (const [reason, count] of reasons) {
        if (count === 0) continue;
        print(`${layer}: dropped ${count}, ${reason}\n`);
        reasons.set(reason, 0);
      }
    }
  }
}
