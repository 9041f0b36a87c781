/** What becomes of an exception of ours, so that one bad input costs a link and not the node. */

import type { Clock, Timer } from "../../modules/platform.js";

/** Where something from outside enters the node. */
export type Entry = "radio" | "gatt" | "button";

/** So many within a minute are too many. */
const TOO_MANY = 3;
const MINUTE_MS = 60_000;
const MAX_MESSAGE = 100;

/** What a guard works with. clock: the bare one, as its own timer needs no guard. */
export interface GuardParts {
  readonly clock: Clock;
  /** A line for a person. */
  readonly say: (line: string) => void;
  /** Begin anew; called once, in a turn of its own. On a desktop it may return. */
  readonly restart: (reason: string) => void;
}

/**
 * An exception from an input is told and counted, and the links are closed; the third within a minute, or one from a
 * timer, restarts the chip. Not within its first minute: it would not come to rest then, and wear out its flash.
 */
export class Guard {
  readonly #parts: GuardParts;
  readonly #restarting: Timer;
  readonly #startedMs: number;
  /** When the last ones came, the latest last. */
  #recentMs: readonly number[] = [];
  #count = 0;
  #closeLinks: () => void = () => {};
  #reason: string | undefined;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.now();
    this.#restarting = parts.clock.createTimer(() => parts.restart(this.#reason ?? ""));
  }

  /** closeLinks: give up every connection; what the node does then comes in later turns. */
  attach(closeLinks: () => void): void {
    this.#closeLinks = closeLinks;
  }

  /** Exceptions since the start. */
  get count(): number {
    return this.#count;
  }

  /** An input has thrown. */
  input(entry: Entry, error: unknown): void {
    const nowMs = this.#parts.clock.now();
    this.#recentMs = [...this.#recentMs.slice(1 - TOO_MANY), nowMs];
    const [firstMs = nowMs] = this.#recentMs;
    this.#note(entry, error);
    if (this.#recentMs.length === TOO_MANY && nowMs - firstMs < MINUTE_MS) this.#restart(entry, error);
    this.#giveUpLinks();
  }

  /** A timer has thrown: whatever it was to keep going stands still. */
  timer(error: unknown): void {
    this.#note("timer", error);
    this.#restart("timer", error);
    this.#giveUpLinks();
  }

  #note(where: string, error: unknown): void {
    this.#count++;
    // While a restart is waited for, one line has said why.
    if (this.#reason === undefined) this.#parts.say(`fault ${this.#count}, ${reasonOf(where, error)}`);
  }

  #giveUpLinks(): void {
    try {
      this.#closeLinks();
    } catch (error) {
      this.#note("closing links", error);
      this.#restart("closing links", error);
    }
  }

  #restart(where: string, error: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason = reasonOf(where, error);
    const restMs = this.#startedMs + MINUTE_MS - this.#parts.clock.now();
    this.#restarting.start(restMs > 0 ? restMs : 0);
  }
}

/** Our own sentences, which name no secret. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, MAX_MESSAGE);
}

function reasonOf(where: string, error: unknown): string {
  return `${where}: ${messageOf(error)}`;
}
