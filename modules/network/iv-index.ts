/**
 * The IV Index, the IV Update procedure and the IV Index Recovery procedure. MshPRT 3.9.4, 3.11.5, 3.11.6.
 *
 *   record iv: version 1, IV Index 4, flags 1 (bit 0: updating, bit 1: the 96 h bind, bit 2: untold), hours in this
 *              state 1, hours since the last recovery 1; hours up to 192
 *
 *   Normal n ── 96 h, and numbers run low, or beacon n + 1 updating ──► In Progress n + 1, sends with n
 *   In Progress n + 1 ── 96 h, or a beacon n + 1 that is Normal after that ──► Normal n + 1
 *   either ── beacon up to n + 42, otherwise out of turn, at most once in 192 h, or since a restart ──► what it says
 *
 * The 96 h do not bind the change after a recovery, nor the first one of a node that joined while the update was in
 * progress. They do bind a beacon that calls for the very next update, as in other implementations, although table 3.85
 * would let it pass as a recovery: whoever waits hears the network all the same.
 *
 * The IV Index to send with never goes back. A change is durable before the listener hears of it; where it raises the
 * IV Index to send with, the sequence numbers begin anew, and such a change waits while segmented messages are under
 * way. Hours are counted with the power on only, so the node waits rather too long than too short; but since it cannot
 * tell how long ago the last recovery was, a restart allows another one. Whoever is seldom on would else fall behind.
 */

import { getUint32BE, octet, setUint32BE } from "../bytes.js";
import type { Clock, DropReason, Timer, Trace } from "../platform.js";
import { RecordKey, type Records } from "../records.js";

const VERSION = 1;
const SIZE = 8;
const UPDATING_FLAG = 0x01;
const BOUND_FLAG = 0x02;
const UNTOLD_FLAG = 0x04;
const ALL_FLAGS = 0x07;

const HOUR_MS = 3_600_000;
const HOURS_BETWEEN_SAVES = 4;
/** The least time in either state. MshPRT 3.11.5. */
const MIN_HOURS = 96;
/** The least time between two recoveries, and between two updates that a node starts. MshPRT 3.11.5, 3.11.6. */
const RECOVERY_HOURS = 192;
/** How far an IV Index may be ahead of ours. MshPRT 3.11.5, 3.11.6. */
const MAX_AHEAD = 42;
const MAX_IV_INDEX = 0xffffffff;

/** Who must know of a change: a higher IV Index, or another state. */
export interface IvIndexListener {
  ivIndexChanged(): void;
}

/** What the IV Index needs of its surroundings. */
export interface IvIndexParts {
  readonly clock: Clock;
  readonly records: Records;
  readonly trace: Trace;
}

/** All that is stored. */
interface State {
  readonly ivIndex: number;
  readonly updating: boolean;
  /** The 96 h bind the next change. */
  readonly isBound: boolean;
  /** The update is this node's own, and no other node has been heard to know of it. */
  readonly isUntold: boolean;
  readonly hours: number;
  readonly hoursSinceRecovery: number;
}

/** A change of state. */
interface Move {
  readonly ivIndex: number;
  readonly updating: boolean;
  readonly why: "start" | "update" | "recovery" | "signal";
}

const NOTHING: State = Object.freeze({
  ivIndex: 0,
  updating: false,
  isBound: true,
  isUntold: false,
  hours: 0,
  hoursSinceRecovery: 0,
});

const nothingPending = (): boolean => false;

/** Keeps the IV Index, in storage too, and decides on its changes. */
export class IvIndex {
  readonly #parts: IvIndexParts;
  readonly #hour: Timer;
  readonly #start: Timer;
  #listener: IvIndexListener | undefined;
  #isPending: () => boolean = nothingPending;
  #state = NOTHING;
  #unsavedHours = 0;
  /** The power has been off since the last recovery, for a time that nobody knows. MshPRT 3.11.6. */
  #wasOff = false;
  /** Waits for the end of segmented messages. */
  #deferred: Move | undefined;

  constructor(parts: IvIndexParts) {
    this.#parts = parts;
    this.#hour = parts.clock.createTimer(() => this.#hourPassed());
    this.#start = parts.clock.createTimer(() => this.#startUpdate());
  }

  attach(listener: IvIndexListener): void {
    this.#listener = listener;
  }

  /** What is stored; the hours count from now on. false: nothing usable. */
  load(): boolean {
    const { records } = this.#parts;
    const record = records.read(RecordKey.IvIndex, VERSION, SIZE);
    if (record === undefined) return false;
    const state = decode(record);
    if (state === undefined) {
      records.damaged(record);
      return false;
    }
    this.#state = state;
    this.#wasOff = true;
    this.#hour.start(HOUR_MS);
    return true;
  }

  /** As provisioned. false: it could not be stored. MshPRT 5.4.1.8, 3.11.5. */
  begin(ivIndex: number, updating: boolean): boolean {
    // There is no IV Index below 0 to send with, so 0 is in use already.
    const isUpdating = updating && ivIndex > 0;
    return this.#store({
      ivIndex,
      updating: isUpdating,
      isBound: !isUpdating,
      isUntold: false,
      hours: 0,
      hoursSinceRecovery: RECOVERY_HOURS,
    });
  }

  /** The highest that is accepted, and that beacons tell. */
  get current(): number {
    return this.#state.ivIndex;
  }

  /** An IV update is in progress. */
  get updating(): boolean {
    return this.#state.updating;
  }

  /** This node has started an update that no other node knows of yet: beacons must tell it. MshPRT 3.11.5. */
  get isUntold(): boolean {
    return this.#state.isUntold;
  }

  /** The one to send with. */
  get sending(): number {
    return sendingOf(this.#state);
  }

  /** The IV Index of a received PDU with that IVI bit: the current one, or the one before it. MshPRT 3.4.4.1, 3.11.5. */
  forIvi(ivi: number): number {
    const { ivIndex } = this.#state;
    return (ivIndex & 1) === ivi ? ivIndex : (ivIndex - 1) >>> 0;
  }

  /**
   * Why an authenticated beacon is to be ignored, whatever else it says; undefined: it is not. isPrimary,
   * memberOfPrimary: as in `observe`. MshPRT 3.11.5.
   */
  reasonToIgnore(ivIndex: number, isPrimary: boolean, memberOfPrimary: boolean): DropReason | undefined {
    const { ivIndex: current, updating } = this.#state;
    if (ivIndex > current && memberOfPrimary && !isPrimary) return "notPrimary";
    // During an update there are nodes that are not in it yet.
    if (updating) return undefined;
    if (ivIndex < current) return "staleIvIndex";
    return ivIndex > current + MAX_AHEAD ? "ivIndexTooHigh" : undefined;
  }

  /**
   * Obey an authenticated beacon, or a Friend Update, as far as the rules allow. isPrimary: of the primary subnet;
   * memberOfPrimary: this node belongs to that. undefined: obeyed, or nothing new; else why it was ignored.
   */
  observe(
    ivIndex: number,
    updating: boolean,
    isPrimary: boolean,
    memberOfPrimary: boolean,
  ): DropReason | undefined {
    const { ivIndex: current, updating: isUpdating } = this.#state;
    if (ivIndex === current && updating === isUpdating) {
      if (isPrimary && this.#state.isUntold) this.#replace({ ...this.#state, isUntold: false });
      return undefined;
    }
    if (ivIndex < current || (ivIndex === current && updating)) return "staleIvIndex";
    if (memberOfPrimary && !isPrimary) return "notPrimary";
    if (ivIndex > current + MAX_AHEAD) return "ivIndexTooHigh";
    const isInTurn = isUpdating ? ivIndex === current : ivIndex === current + 1 && updating;
    if (!(isInTurn ? this.#mayChange : this.#mayRecover)) return "ivUpdateTooSoon";
    this.#move({ ivIndex, updating, why: isInTurn ? "update" : "recovery" });
    return undefined;
  }

  /**
   * The node's own sequence numbers run low: in a later turn an update is started, if the rules allow; if not, ask
   * again. For members of the primary subnet only. MshPRT 3.11.5.
   */
  requestUpdate(): void {
    this.#start.start(0);
  }

  /** While that is true, sequence numbers do not begin anew: segmented messages wait for acknowledgments. MshPRT 3.11.5. */
  holdWhile(isPending: () => boolean): void {
    this.#isPending = isPending;
  }

  /** A change waits for the messages under way: begin no others, or it would wait for ever. */
  get isHeld(): boolean {
    return this.#deferred !== undefined;
  }

  /** Perhaps nothing is pending any more: what was held takes place now. */
  release(): void {
    const move = this.#deferred;
    if (move === undefined || this.#isPending()) return;
    this.#deferred = undefined;
    const { ivIndex, updating } = this.#state;
    if (move.ivIndex > ivIndex || (move.ivIndex === ivIndex && updating && !move.updating)) this.#move(move);
  }

  /**
   * The IV update test mode: enter a state although the 96 h are not over, and let them not bind the next change
   * either. In that state already: nothing happens. MshPRT 3.11.5.1.
   */
  signal(updating: boolean): void {
    const { ivIndex, updating: isUpdating } = this.#state;
    if (updating === isUpdating || (updating && ivIndex === MAX_IV_INDEX)) return;
    this.#move({ ivIndex: updating ? ivIndex + 1 : ivIndex, updating, why: "signal" });
  }

  /** Nothing changes by itself any more. */
  stop(): void {
    this.#hour.stop();
    this.#start.stop();
    this.#deferred = undefined;
  }

  get #mayChange(): boolean {
    return !this.#state.isBound || this.#state.hours >= MIN_HOURS;
  }

  get #mayRecover(): boolean {
    return this.#wasOff || this.#state.hoursSinceRecovery >= RECOVERY_HOURS;
  }

  #startUpdate(): void {
    const { ivIndex, updating, hours, hoursSinceRecovery } = this.#state;
    if (updating || hours < MIN_HOURS || ivIndex === MAX_IV_INDEX) return;
    // 96 h in each state make 192 h between two starts, unless a recovery has come between.
    if (hoursSinceRecovery < RECOVERY_HOURS) return;
    this.#move({ ivIndex: ivIndex + 1, updating: true, why: "start" });
  }

  #move(move: Move): void {
    if (sendingOf(move) > this.sending && this.#isPending()) {
      this.#deferred = move;
      return;
    }
    const { ivIndex, updating, why } = move;
    const hoursSinceRecovery = why === "recovery" ? 0 : this.#state.hoursSinceRecovery;
    const isBound = why === "update" || why === "start";
    const isUntold = updating && (why === "start" || why === "signal");
    if (!this.#store({ ivIndex, updating, isBound, isUntold, hours: 0, hoursSinceRecovery })) return;
    if (why === "recovery") this.#wasOff = false;
    const event = why === "recovery" ? "ivRecovered" : updating ? "ivUpdateInProgress" : "ivNormal";
    this.#parts.trace.note("beacon", event, this.sending);
    this.#listener?.ivIndexChanged();
  }

  /** A new state, whose hours count from now on. false: it could not be stored, and the old one stands. */
  #store(state: State): boolean {
    if (!this.#replace(state)) return false;
    this.#hour.start(HOUR_MS);
    return true;
  }

  /** false: it could not be stored, and the old one stands. */
  #replace(state: State): boolean {
    if (!this.#parts.records.write(RecordKey.IvIndex, encode(state))) return false;
    this.#state = state;
    this.#unsavedHours = 0;
    return true;
  }

  #hourPassed(): void {
    this.#hour.start(HOUR_MS);
    const { hours, hoursSinceRecovery } = this.#state;
    if (hours < RECOVERY_HOURS || hoursSinceRecovery < RECOVERY_HOURS) {
      this.#state = {
        ...this.#state,
        hours: oneMore(hours),
        hoursSinceRecovery: oneMore(hoursSinceRecovery),
      };
      this.#saveHours();
    }
    // Every node does so by itself: it must not be in progress for 144 h, and need not hear of it.
    if (this.updating && this.#state.hours >= MIN_HOURS) {
      this.#move({ ivIndex: this.current, updating: false, why: "update" });
    }
  }

  #saveHours(): void {
    this.#unsavedHours++;
    if (this.#unsavedHours < HOURS_BETWEEN_SAVES) return;
    if (this.#parts.records.write(RecordKey.IvIndex, encode(this.#state))) this.#unsavedHours = 0;
  }
}

/** More than that makes no difference. */
function oneMore(hours: number): number {
  return hours < RECOVERY_HOURS ? hours + 1 : hours;
}

function sendingOf({ ivIndex, updating }: { readonly ivIndex: number; readonly updating: boolean }): number {
  return updating ? ivIndex - 1 : ivIndex;
}

function encode(state: State): Uint8Array {
  const record = new Uint8Array(SIZE);
  record[0] = VERSION;
  setUint32BE(record, 1, state.ivIndex);
  record[5] =
    (state.updating ? UPDATING_FLAG : 0) |
    (state.isBound ? BOUND_FLAG : 0) |
    (state.isUntold ? UNTOLD_FLAG : 0);
  record[6] = state.hours;
  record[7] = state.hoursSinceRecovery;
  return record;
}

function decode(record: Uint8Array): State | undefined {
  const ivIndex = getUint32BE(record, 1);
  const flags = octet(record, 5);
  const hours = octet(record, 6);
  const hoursSinceRecovery = octet(record, 7);
  const updating = (flags & UPDATING_FLAG) !== 0;
  const isUntold = (flags & UNTOLD_FLAG) !== 0;
  if (flags > ALL_FLAGS || (updating && ivIndex === 0) || (isUntold && !updating)) return undefined;
  if (hours > RECOVERY_HOURS || hoursSinceRecovery > RECOVERY_HOURS) return undefined;
  return { ivIndex, updating, isBound: (flags & BOUND_FLAG) !== 0, isUntold, hours, hoursSinceRecovery };
}
