import type { Flash } from "../../host/flash/flash.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { PowerCut } from "./memory-storage.js";

const WORD = 4;
/** Of nRF52840: how often a word may be programmed before it has to be erased. */
const MAX_PROGRAMS = 2;

/**
 * What the power cut leaves of the word or page it hits: nothing was done; all was done; some of the bits; or bits that
 * read as anything, each time they are looked at.
 */
export type Cut = "before" | "after" | "half" | "unstable";

export const CUTS: readonly Cut[] = Object.freeze(["before", "after", "half", "unstable"] as const);

/**
 * A flash that does what the hardware does and forgives nothing: it throws where a word is programmed too often, a zero
 * is to become a one, or a page is used after an erasure that a power cut has ended. Each programmed word, and each
 * erasure, is one step.
 */
export class FlashModel implements Flash {
  readonly pageSize: number;
  readonly pages: number;
  readonly octets: Uint8Array;
  /** Of each page how often its erasure was begun. */
  readonly erasures: number[];
  readonly #random: SeededRandom;
  readonly #programs: Uint8Array;
  /** By offset: the bits that read as anything. */
  readonly #unstable = new Map<number, number>();
  /** Bits that have turned by themselves, by offset. */
  readonly #rotten = new Map<number, number>();
  /** Pages whose erasure has been cut. */
  readonly #halfErased = new Set<number>();
  #cut: { readonly kind: Cut; stepsUntil: number } | undefined;
  #isOff = false;
  /** The refused steps from now on: how many, after how many. */
  #refusal: { stepsUntil: number; left: number } | undefined;
  /** So many calls of `program` are done, but answered with false. */
  #denials = 0;
  /** So many calls of `program` leave their last word as it was, and say nothing of it. */
  #lapses = 0;
  #cuts = 0;
  steps = 0;

  constructor(pages = 4, pageSize = 256, seed = 1) {
    this.pages = pages;
    this.pageSize = pageSize;
    this.octets = new Uint8Array(pages * pageSize).fill(0xff);
    this.erasures = Array.from({ length: pages }, () => 0);
    this.#programs = new Uint8Array(this.octets.length / WORD);
    this.#random = new SeededRandom(seed);
  }

  /** How often the word that has been programmed most was programmed since it was erased. */
  get mostPrograms(): number {
    return Math.max(...this.#programs);
  }

  /** The power fails at the `step`-th step from now on, 1 being the next. */
  cutPowerAt(step: number, kind: Cut): void {
    this.#cut = { kind, stepsUntil: step };
  }

  /** The power is back, and does not fail again. */
  restore(): void {
    this.#isOff = false;
    this.#cut = undefined;
  }

  /** The hardware refuses `count` words or erasures, after `after` that it does. */
  refuse(count: number, after = 0): void {
    this.#refusal = { stepsUntil: after, left: count };
  }

  /** The next `count` calls of `program` are done, and answered with false. */
  deny(count: number): void {
    this.#denials = count;
  }

  /** The next `count` calls of `program` leave out their last word, and are answered with true. */
  forget(count: number): void {
    this.#lapses = count;
  }

  /** A bit turns by itself. */
  rot(offset: number, bit: number): void {
    this.octets[offset] = this.#at(offset) ^ (1 << bit);
    this.#rotten.set(offset, 1 << bit);
  }

  /** What was there before the storage came. */
  fill(octets: (offset: number) => number): void {
    for (let i = 0; i < this.octets.length; i++) this.octets[i] = octets(i);
    this.#programs.fill(1);
  }

  read(offset: number, target: Uint8Array): void {
    this.#checkPower();
    if (offset < 0 || offset + target.length > this.octets.length) throw new Error("read beyond the flash");
    if (this.#unstable.size === 0) {
      target.set(this.octets.subarray(offset, offset + target.length));
      return;
    }
    // At one look all that is weak reads alike, at another each word, and at a third each bit for itself.
    const look = this.#random.below(3);
    let noise = this.#noise();
    for (let i = 0; i < target.length; i++) {
      const bits = this.#unstable.get(offset + i) ?? 0;
      if (bits !== 0 && (look === 2 || (look === 1 && (offset + i) % WORD === 0))) noise = this.#noise();
      target[i] = this.#at(offset + i) ^ (bits & noise);
    }
  }

  program(offset: number, octets: Uint8Array): boolean {
    this.#checkPower();
    const page = Math.floor(offset / this.pageSize);
    const isWithin = offset >= 0 && offset + octets.length <= (page + 1) * this.pageSize && page < this.pages;
    if (!isWithin || offset % WORD !== 0 || octets.length % WORD !== 0)
      throw new Error("not words of one page");
    if (this.#halfErased.has(page)) throw new Error("programmed after an erasure that was cut");
    const length = octets.length - (this.#lapses > 0 ? WORD : 0);
    for (let i = 0; i < length; i += WORD) {
      if (this.#isRefused()) return false;
      this.#programWord(offset + i, octets.subarray(i, i + WORD));
    }
    if (this.#lapses > 0) this.#lapses--;
    if (this.#denials === 0) return true;
    this.#denials--;
    return false;
  }

  erase(page: number): boolean {
    this.#checkPower();
    if (page < 0 || page >= this.pages) throw new Error("not a page");
    if (this.#isRefused()) return false;
    this.erasures[page] = (this.erasures[page] ?? 0) + 1;
    const cut = this.#takeCut();
    if (cut === "before") this.#fail();
    const from = page * this.pageSize;
    for (let at = from; at < from + this.pageSize; at++) {
      // A bit that was half programmed is the first to be gone.
      const old = this.#at(at);
      this.#unstable.delete(at);
      this.octets[at] = cut === "half" ? this.#noise() : 0xff;
      if (cut === "unstable") this.#unstable.set(at, ~old & 0xff);
    }
    for (const at of this.#rotten.keys())
      if (at >= from && at < from + this.pageSize) this.#rotten.delete(at);
    this.#programs.fill(0, from / WORD, (from + this.pageSize) / WORD);
    if (cut === "half" || cut === "unstable") this.#halfErased.add(page);
    else this.#halfErased.delete(page);
    if (cut !== undefined) this.#fail();
    return true;
  }

  #programWord(offset: number, word: Uint8Array): void {
    const cut = this.#takeCut();
    if (cut === "before") this.#fail();
    let hasChanged = false;
    for (const [i, wanted] of word.entries()) {
      const at = offset + i;
      const old = this.#at(at);
      const weak = this.#unstable.get(at) ?? 0;
      // A one that a weak bit was to be may turn out a zero: whoever programs there has not stayed clear of it.
      const lost = ~old & wanted & ~(this.#rotten.get(at) ?? 0);
      if (lost !== 0 || (weak & wanted) !== 0) throw new Error("a zero was to become a one");
      this.#unstable.delete(at);
      const cleared = old & ~wanted;
      const left = cut === "half" ? this.#noise() & cleared : 0;
      this.octets[at] = (wanted & old) | left;
      if (cut === "unstable") {
        this.octets[at] = old;
        if (cleared !== 0) this.#unstable.set(at, cleared);
        hasChanged ||= cleared !== 0;
      }
      hasChanged ||= this.octets[at] !== old;
    }
    // Where a cut leaves no trace, nobody can know: what is done there again is done for the first time.
    if (cut === undefined || hasChanged) this.#countProgram(offset / WORD);
    if (cut !== undefined) this.#fail();
  }

  #countProgram(word: number): void {
    const programs = (this.#programs[word] ?? 0) + 1;
    // A start that is cut is done again.
    if (programs > MAX_PROGRAMS + this.#cuts) throw new Error("a word was programmed too often");
    this.#programs[word] = programs;
  }

  #takeCut(): Cut | undefined {
    this.steps++;
    if (this.#cut === undefined || --this.#cut.stepsUntil > 0) return undefined;
    const { kind } = this.#cut;
    this.#cut = undefined;
    return kind;
  }

  #isRefused(): boolean {
    if (this.#refusal === undefined || this.#refusal.stepsUntil-- > 0) return false;
    if (this.#refusal.left-- > 0) return true;
    this.#refusal = undefined;
    return false;
  }

  /** Often none or all of the bits, as they are when a cut came early or late. */
  #noise(): number {
    const kind = this.#random.below(4);
    return kind === 0 ? 0 : kind === 1 ? 0xff : this.#random.below(0x100);
  }

  #at(offset: number): number {
    return this.octets[offset] ?? 0;
  }

  #checkPower(): void {
    if (this.#isOff) throw new Error("used without power");
  }

  #fail(): never {
    this.#isOff = true;
    this.#cuts++;
    throw new PowerCut();
  }
}
