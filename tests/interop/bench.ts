/** What one test or one measurement has set up and must take down again, also when it fails. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A test, or whatever else has an end. */
export interface Ending {
  after(undo: () => Promise<void>): void;
}

/** A folder for one test, and the stack of what has to be undone at its end, last first. */
export class Bench {
  readonly #folder = mkdtempSync(join(tmpdir(), "fl-"));
  readonly #undo: (() => void | Promise<void>)[] = [];

  constructor(test: Ending) {
    test.after(() => this.#clear());
  }

  /** A path in the folder. Kept short: a socket's must not exceed 107 octets. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Undo this when the test is over. */
  later(undo: () => void | Promise<void>): void {
    this.#undo.push(undo);
  }

  async #clear(): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.#undo.reverse()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    rmSync(this.#folder, { recursive: true, force: true });
    if (failures.length > 0) throw new AggregateError(failures, "the test could not be cleared away");
  }
}
