import type { Clock, Timer } from "../../modules/platform.js";
import { etherIsJoined, etherPath } from "./native-desktop.js";
import { readText } from "./text.js";

const LOOK_MS = 500;

/** Tells when the others on the ether are reached, and when not: once each time. */
export class EtherWatch {
  readonly #timer: Timer;
  readonly #say: (line: string) => void;
  /** undefined: not looked yet. */
  #isJoined: boolean | undefined;

  constructor(clock: Clock, say: (line: string) => void) {
    this.#say = say;
    this.#timer = clock.createTimer(() => this.#look());
  }

  start(): void {
    this.#timer.start(LOOK_MS);
  }

  #look(): void {
    const isJoined = etherIsJoined() === 1;
    this.#timer.start(LOOK_MS);
    if (isJoined === this.#isJoined) return;
    this.#isJoined = isJoined;
    const place = readText(etherPath);
    this.#say(isJoined ? `joined the ether at ${place}` : `nobody is at ${place}: start a simulator there`);
  }
}
