import type { Fault } from "./messages.js";

/** How XS calls a script that was given to it as text. */
const NAMELESS = /\(#0:/g;

/** Our own mistake, in the worker: with the stack of XS. */
export class XsError extends Error {
  override readonly name = "XsError";

  /** script: the name of the file that the stack's line numbers are for. */
  constructor({ message, stack }: Fault, script: string) {
    super(message);
    const where = stack.startsWith(message) ? stack.slice(message.length) : `\n${stack}`;
    this.stack = `under XS: ${message}${where.replace(NAMELESS, `(${script}:`)}`.trimEnd();
  }
}
