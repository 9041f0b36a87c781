import { PduRing } from "../bearer/pdu-ring.js";
import type { Clock, Timer } from "../platform.js";
import type { NetworkOutgoing } from "./network.js";
import { HEADER_SIZE, maxTransportPdu, writeHeader } from "./network-pdu.js";
import type { Subnet } from "./subnet.js";

/** How many PDUs to ourselves may be under way. */
const SIZE = 8;

/** Of a PDU to ourselves; or of one that goes nowhere, whose sender waits for its end all the same. */
export class Local {
  length = 0;
  ivIndex = 0;
  /** Where it goes; undefined: nowhere. */
  subnet: Subnet | undefined;
  /** 0: nobody waits for its end. */
  tag = 0;
}

/** What becomes of PDUs to ourselves. */
export interface LoopbackListener {
  /** In a later turn. pdu: in clear, no NetMIC; both are borrowed. */
  looped(pdu: Uint8Array, local: Local): void;
  /** Room again after a refusal. */
  ready(): void;
}

/** The local interface: PDUs to ourselves arrive in a later turn, in their order. MshPRT 3.4.5. */
export class Loopback {
  readonly #listener: LoopbackListener;
  readonly #waiting = new PduRing(SIZE, HEADER_SIZE + maxTransportPdu(false), () => new Local());
  readonly #turn: Timer;
  #hasRefused = false;

  constructor(clock: Clock, listener: LoopbackListener) {
    this.#listener = listener;
    this.#turn = clock.createTimer(() => this.#deliver());
  }

  /** Whether there is room for a PDU; no: `ready` follows. */
  hasRoom(): boolean {
    if (this.#waiting.isFull) this.#hasRefused = true;
    return !this.#waiting.isFull;
  }

  /** isOurs: it arrives here; else only its end is told. tag: in place of its own. */
  add(transportPdu: Uint8Array, how: NetworkOutgoing, isOurs: boolean, tag: number): void {
    const local = this.#waiting.push(HEADER_SIZE + transportPdu.length);
    if (local === undefined) return;
    const pdu = this.#waiting.lastOctets;
    writeHeader(pdu, how);
    pdu.set(transportPdu, HEADER_SIZE);
    local.ivIndex = how.ivIndex;
    local.subnet = isOurs ? how.subnet : undefined;
    local.tag = tag;
    this.#turn.start(0);
  }

  stop(): void {
    this.#turn.stop();
    this.#waiting.clear();
  }

  /** One in each turn: what it causes comes before the next. */
  #deliver(): void {
    const local = this.#waiting.first;
    if (local === undefined) return;
    this.#listener.looped(this.#waiting.firstOctets, local);
    this.#waiting.shift();
    if (this.#waiting.first !== undefined) this.#turn.start(0);
    if (!this.#hasRefused) return;
    this.#hasRefused = false;
    this.#listener.ready();
  }
}
