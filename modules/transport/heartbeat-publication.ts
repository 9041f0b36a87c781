/** Sends heartbeats, by which others see that and how far away this node is. MshPRT 3.6.7.2, 4.2.18. */

import { getUint16BE, octet, setUint16BE } from "../bytes.js";
import { type ElementAddresses, isVirtual } from "../network/address.js";
import type { Clock, Timer, Trace } from "../platform.js";
import { RecordKey, type Records } from "../records.js";
import { ControlOpcode } from "./control.js";
import { COUNT_UNLIMITED, encodeHeartbeat, fromLogarithm, logarithmOf } from "./heartbeat.js";
import type { UpperTransport } from "./upper.js";

const VERSION = 1;
const SIZE = 10;
/** Of CountLog and of PeriodLog. */
const MAX_LOG = 0x11;
const UNLIMITED_LOG = 0xff;
/** The features that there are: the other bits are reserved. */
const FEATURES = 0x000f;
/** There was no room: once more so much later. */
const RETRY_MS = 1000;

/** The state as messages carry it. */
export interface HeartbeatPublicationState {
  /** 0: no heartbeats, and everything else is 0 too. */
  readonly destination: number;
  /** Set: how many are to come. Read: what is left, as the smallest n with 2^(n-1) at or above it. */
  readonly countLog: number;
  /** One every 2^(n-1) seconds; 0: none of themselves. */
  readonly periodLog: number;
  readonly ttl: number;
  /** Bits as in Feature: a change of which sends one. */
  readonly features: number;
  readonly netKeyIndex: number;
}

const OFF: HeartbeatPublicationState = Object.freeze({
  destination: 0,
  countLog: 0,
  periodLog: 0,
  ttl: 0,
  features: 0,
  netKeyIndex: 0,
});

/** What sending heartbeats takes. featuresInUse: bits as in Feature, at this moment. */
export interface HeartbeatPublicationParts {
  readonly clock: Clock;
  readonly records: Records;
  readonly trace: Trace;
  readonly upper: Pick<UpperTransport, "sendControl" | "hasNetKey">;
  readonly elements: ElementAddresses;
  readonly featuresInUse: () => number;
}

/**
 * Keeps the state, in storage too: as it was set. What is left of the count is not stored, so that heartbeats cost the
 * storage nothing: after a restart the whole count begins anew, with the first heartbeat after one period.
 *
 * Record heartbeat: version 1, destination 2, CountLog 1, PeriodLog 1, TTL 1, features 2, NetKey index 2; absent: off.
 */
export class HeartbeatPublication {
  readonly #parts: HeartbeatPublicationParts;
  readonly #periodTimer: Timer;
  readonly #triggerTimer: Timer;
  #state = OFF;
  #count = 0;

  constructor(parts: HeartbeatPublicationParts) {
    this.#parts = parts;
    this.#periodTimer = parts.clock.createTimer(() => this.#due());
    this.#triggerTimer = parts.clock.createTimer(() => {
      if (!this.#send()) this.#triggerTimer.start(RETRY_MS);
    });
  }

  /** What has been stored: after the NetKeys. */
  load(): void {
    const { records, upper } = this.#parts;
    const record = records.read(RecordKey.HeartbeatPublication, VERSION, SIZE);
    if (record === undefined) return;
    const state = decode(record);
    if (state === undefined) {
      records.damaged(record);
    } else if (upper.hasNetKey(state.netKeyIndex)) {
      this.#enter(state);
      if (this.#isPeriodic) this.#periodTimer.start(fromLogarithm(state.periodLog) * 1000);
    } else {
      records.erase(RecordKey.HeartbeatPublication);
    }
  }

  /** As a Status shows it now. MshPRT 4.3.2.63. */
  get state(): HeartbeatPublicationState {
    return { ...this.#state, countLog: countLogOf(this.#count) };
  }

  /** The first heartbeat leaves in a later turn. false: it could not be stored, and nothing has changed. */
  set(state: HeartbeatPublicationState): boolean {
    const { records } = this.#parts;
    if (state.destination === 0) {
      records.erase(RecordKey.HeartbeatPublication);
      this.#enter(OFF);
      return true;
    }
    const wanted = { ...state, features: state.features & FEATURES };
    if (!records.write(RecordKey.HeartbeatPublication, encode(wanted))) return false;
    this.#enter(wanted);
    if (this.#isPeriodic) this.#periodTimer.start(0);
    return true;
  }

  /** A feature was switched on or off, or a friendship won or lost; one bit of Feature. MshPRT 3.6.7.2. */
  featureChanged(feature: 0x01 | 0x02 | 0x04 | 0x08): void {
    if (this.#state.destination !== 0 && (this.#state.features & feature) !== 0) this.#triggerTimer.start(0);
  }

  /** Follows what NetKeys tells. */
  netKeyDeleted(netKeyIndex: number): void {
    if (this.#state.destination !== 0 && this.#state.netKeyIndex === netKeyIndex) this.set(OFF);
  }

  stop(): void {
    this.#enter(OFF);
  }

  get #isPeriodic(): boolean {
    return this.#state.destination !== 0 && this.#state.periodLog !== 0 && this.#count > 0;
  }

  #enter(state: HeartbeatPublicationState): void {
    this.#periodTimer.stop();
    this.#triggerTimer.stop();
    this.#state = state;
    this.#count = countOf(state.countLog);
  }

  #due(): void {
    if (!this.#send()) {
      this.#periodTimer.start(RETRY_MS);
      return;
    }
    if (this.#count < COUNT_UNLIMITED) this.#count--;
    if (this.#isPeriodic) this.#periodTimer.start(fromLogarithm(this.#state.periodLog) * 1000);
  }

  #send(): boolean {
    const { upper, elements, featuresInUse } = this.#parts;
    const { destination, ttl, netKeyIndex } = this.#state;
    const message = encodeHeartbeat({ initTtl: ttl, features: featuresInUse() & FEATURES });
    const how = { src: elements.first, dst: destination, ttl, netKeyIndex };
    return upper.sendControl(ControlOpcode.Heartbeat, message, how);
  }
}

/** MshPRT 4.2.18.2. */
function countOf(countLog: number): number {
  if (countLog === UNLIMITED_LOG) return COUNT_UNLIMITED;
  if (countLog === MAX_LOG) return COUNT_UNLIMITED - 1;
  return fromLogarithm(countLog);
}

function countLogOf(count: number): number {
  if (count === COUNT_UNLIMITED) return UNLIMITED_LOG;
  return count === 0 ? 0 : logarithmOf(count - 1) + 1;
}

function encode(state: HeartbeatPublicationState): Uint8Array {
  const record = new Uint8Array(SIZE);
  record[0] = VERSION;
  setUint16BE(record, 1, state.destination);
  record[3] = state.countLog;
  record[4] = state.periodLog;
  record[5] = state.ttl;
  setUint16BE(record, 6, state.features);
  setUint16BE(record, 8, state.netKeyIndex);
  return record;
}

function decode(record: Uint8Array): HeartbeatPublicationState | undefined {
  const destination = getUint16BE(record, 1);
  const countLog = octet(record, 3);
  const periodLog = octet(record, 4);
  const ttl = octet(record, 5);
  const features = getUint16BE(record, 6);
  const netKeyIndex = getUint16BE(record, 8);
  if (destination === 0 || isVirtual(destination) || features > FEATURES) return undefined;
  if ((countLog > MAX_LOG && countLog !== UNLIMITED_LOG) || periodLog > MAX_LOG) return undefined;
  if (ttl > 0x7f || netKeyIndex > 0xfff) return undefined;
  return { destination, countLog, periodLog, ttl, features, netKeyIndex };
}
