/** What an open place in the ether has, whatever its state: its ticks, its pauses, and what it has said. */

import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

/** How often a place is looked after. */
const TICK_MS = 500;

/**
 * Pauses before the next attempt to join are drawn from 1 to this: those who lost the same hub do not march in step.
 * Each doubles the next, until a place was kept.
 */
const FIRST_PAUSE_MS = 30;
const LONGEST_PAUSE_MS = 2000;

/** A place that was kept for so long, more than a second, is no trouble any more. */
const SETTLED_TICKS = 3;

/** How often what has been said may be said again. */
const FORGET_TICKS = 120;

/** From `open` to `close`. */
export class EtherSession {
  readonly #ticker: NodeJS.Timeout;
  readonly #noted: (what: string) => void;
  readonly #end = new AbortController();
  readonly #said = new Set<string>();
  #pauseMs = FIRST_PAUSE_MS;

  /** tick: called twice a second, until the end. */
  constructor(tick: () => void, noted: (what: string) => void) {
    this.#noted = noted;
    this.#ticker = setInterval(tick, TICK_MS).unref();
  }

  /** Tell it, unless that has just been told. */
  say(what: string): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    this.#noted(what);
  }

  /** Up to 30 ms. */
  async pause(): Promise<void> {
    await this.#wait(FIRST_PAUSE_MS);
  }

  /** A place was lost: the more often, the longer. */
  async backOff(): Promise<void> {
    const longestMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * longestMs, LONGEST_PAUSE_MS);
    await this.#wait(longestMs);
  }

  /** A place has been kept, for so many ticks. */
  kept(ticks: number): void {
    if (ticks % FORGET_TICKS !== SETTLED_TICKS) return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#said.clear();
  }

  /** No tick comes any more, and no pause lasts. */
  end(): void {
    clearInterval(this.#ticker);
    this.#end.abort();
  }

  async #wait(longestMs: number): Promise<void> {
    await wait(randomInt(1, longestMs + 1), undefined, { signal: this.#end.signal }).catch(() => {});
  }
}
