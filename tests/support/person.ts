import type { InputAction, OutputAction } from "../../modules/oob-actions.js";
import type { OobUser } from "../../modules/provisioning/oob-user.js";

/** A person at a device that can do everything; a test reads what is shown, and enters what it likes. */
export class Person implements OobUser {
  readonly outputActions = 0x1f;
  readonly inputActions = 0x0f;
  /** Everything shown and asked, in order; "cancel" where it ended. */
  readonly log: string[] = [];
  /** What is shown at this moment. */
  shown: number | string | undefined;
  #entered: ((value: number | string) => void) | undefined;

  output(action: OutputAction, value: number | string): void {
    this.log.push(`output ${action} ${value}`);
    this.shown = value;
  }

  input(action: InputAction, size: number, entered: (value: number | string) => void): void {
    this.log.push(`input ${action} of ${size}`);
    this.#entered = entered;
  }

  cancel(): void {
    this.log.push("cancel");
    this.shown = undefined;
    this.#entered = undefined;
  }

  /** Whether the device waits for a value. */
  get isAsked(): boolean {
    return this.#entered !== undefined;
  }

  /** Enter a value; the device must be waiting for one. */
  enter(value: number | string): void {
    const entered = this.#entered;
    if (entered === undefined) throw new Error("nobody is asked");
    this.#entered = undefined;
    entered(value);
  }
}
