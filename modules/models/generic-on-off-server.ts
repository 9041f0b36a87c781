/**
 * Something that can be switched on and off. Mesh Model specification, 3.1.1, 3.3.1.
 *
 *           Set with a transition        the delay is over         the time is over
 *   steady ───────────────────► delayed ──────────────► changing ──────────────► steady
 *     ▲ ▲                          │ Set without a transition, or a local action   │
 *     │ └──────────────────────────┴───────────────────────────────────────────────┘
 *     └ Set without a transition
 *
 * On is on from the beginning of a transition, off is off at its end: in between it is on.
 */

import type { MessageContext, Model, ModelAccess, PublishTime } from "../access/model.js";
import type { Timer } from "../platform.js";
import {
  decodeGenericOnOffSet,
  encodeGenericOnOffStatus,
  GenericOnOffModelId,
  GenericOnOffOpcode,
  type GenericOnOffSet,
  SERVER_MESSAGES,
} from "./generic-on-off-messages.js";
import { Transactions } from "./transactions.js";

type State =
  | { readonly name: "steady" }
  | {
      readonly name: "delayed";
      readonly target: boolean;
      readonly timeMs: number;
      readonly changesAtMs: number;
    }
  | { readonly name: "changing"; readonly target: boolean; readonly endsAtMs: number };

const STEADY: State = Object.freeze({ name: "steady" });

/** A transition that takes longer is reported when it begins, too. MshPRT 3.7.5.1.2. */
const LONG_TRANSITION_MS = 2000;

/**
 * Generic OnOff Server. Off after power-up: what else it may be then is the Generic OnPowerUp state's to say, which
 * belongs to another model. Leaving the network does not switch anything.
 */
export class GenericOnOffServer implements Model {
  readonly companyId = undefined;
  readonly modelId = GenericOnOffModelId.Server;
  readonly security = "application";
  readonly messages = SERVER_MESSAGES;
  readonly #changed: (isOn: boolean) => void;
  readonly #transactions = new Transactions();
  #access: ModelAccess | undefined;
  #timer: Timer | undefined;
  #state: State = STEADY;
  #isOn = false;
  /** A transition has begun, and its end has not been published. */
  #isEndOwed = false;

  /** changed: by a message or by `set`, to be shown. */
  constructor(changed: (isOn: boolean) => void) {
    this.#changed = changed;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** By a person, on the device itself: at once, and published at once; in a network or not. */
  set(isOn: boolean): void {
    this.#enter(STEADY);
    this.#turn(isOn, "now");
  }

  attach(access: ModelAccess): void {
    this.#access = access;
    // The clock is the same in every term.
    this.#timer ??= access.clock.createTimer(() => this.#expired());
  }

  receive(opcode: number, parameters: Uint8Array, context: MessageContext): void {
    if (opcode === GenericOnOffOpcode.Get) {
      this.#answer(context);
      return;
    }
    const message = decodeGenericOnOffSet(parameters);
    if (message === undefined || this.#access === undefined) return;
    // "same transaction": it was obeyed when it came first, and an acknowledged one is acknowledged once more.
    if (this.#transactions.begin(this.#access.clock, context, message.tid)) this.#obey(message);
    if (opcode === GenericOnOffOpcode.Set) this.#answer(context);
  }

  publishNow(): void {
    this.#publish("now");
  }

  reset(): void {
    this.#enter(STEADY);
    this.#isEndOwed = false;
    this.#transactions.clear();
    this.#access = undefined;
  }

  #obey({ isOn, transition }: GenericOnOffSet): void {
    if (transition === undefined) {
      this.#enter(STEADY);
      this.#turn(isOn, "soon");
    } else if (transition.delayMs > 0) {
      const changesAtMs = this.#now() + transition.delayMs;
      this.#enter({ name: "delayed", target: isOn, timeMs: transition.timeMs, changesAtMs });
    } else {
      this.#change(isOn, transition.timeMs);
    }
  }

  #change(target: boolean, timeMs: number): void {
    // There is no transition to where the state is already.
    if (target === this.#isOn || timeMs === 0) {
      this.#enter(STEADY);
      this.#turn(target, "soon");
      return;
    }
    this.#enter({ name: "changing", target, endsAtMs: this.#now() + timeMs });
    this.#isEndOwed = true;
    if (target) this.#show(true);
    if (timeMs > LONG_TRANSITION_MS) this.#publish("soon");
  }

  #expired(): void {
    const state = this.#state;
    if (state.name === "delayed") {
      this.#change(state.target, state.timeMs);
    } else if (state.name === "changing") {
      this.#enter(STEADY);
      this.#turn(state.target, "soon");
    }
  }

  #enter(state: State): void {
    this.#state = state;
    const dueMs =
      state.name === "delayed" ? state.changesAtMs : state.name === "changing" ? state.endsAtMs : undefined;
    if (dueMs === undefined) this.#timer?.stop();
    else this.#timer?.start(dueMs - this.#now());
  }

  /** At the end of a transition, or without one. */
  #turn(isOn: boolean, when: PublishTime): void {
    if (isOn === this.#isOn && !this.#isEndOwed) return;
    this.#isEndOwed = false;
    this.#show(isOn);
    this.#publish(when);
  }

  #show(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#changed(isOn);
  }

  #answer(to: MessageContext): void {
    this.#access?.reply(to, GenericOnOffOpcode.Status, this.#status());
  }

  #publish(when: PublishTime): void {
    this.#access?.publish(GenericOnOffOpcode.Status, this.#status(), when);
  }

  #status(): Uint8Array {
    return encodeGenericOnOffStatus({ isOn: this.#isOn, transition: this.#transition() });
  }

  #transition(): { target: boolean; remainingMs: number } | undefined {
    const state = this.#state;
    if (state.name === "steady") return undefined;
    const endsAtMs = state.name === "delayed" ? state.changesAtMs + state.timeMs : state.endsAtMs;
    const remainingMs = endsAtMs - this.#now();
    return { target: state.target, remainingMs: remainingMs > 0 ? remainingMs : 0 };
  }

  #now(): number {
    return this.#access?.clock.now() ?? 0;
  }
}
