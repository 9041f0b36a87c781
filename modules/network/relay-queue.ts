import type { Bearer } from "../bearer/bearer.js";
import { PduRing } from "../bearer/pdu-ring.js";
import { octet } from "../bytes.js";
import type { Clock, Random, Timer } from "../platform.js";
import type { NetworkCipher } from "./network-cipher.js";
import { dstOf, MAX_NETWORK_PDU, setTtl, ttlOf } from "./network-pdu.js";
import { type NodeStates, transmitOf } from "./node-states.js";

/** How many PDUs wait to be relayed. */
const SIZE = 16;

/** A relayed PDU leaves up to 15 ms late, so that relays that hear it together do not speak together. */
const DELAY_MASK = 0x0f;

/** What is to be known of a PDU, which waits as it goes on the air. */
class Relayed {
  length = 0;
  dst = 0;
}

/** What the queue needs of its surroundings. */
export interface RelayQueueParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly states: NodeStates;
  /** The advertising bearer. */
  readonly bearer: Bearer;
}

/**
 * The PDUs that are sent on, after a short random delay, with the transmissions of Relay Retransmit. One delay holds
 * for all that come while it lasts. MshPRT 3.4.5.4, 3.4.6.3.
 */
export class RelayQueue {
  readonly #parts: RelayQueueParts;
  readonly #waiting = new PduRing(SIZE, MAX_NETWORK_PDU, () => new Relayed());
  readonly #delay: Timer;
  readonly #draw = new Uint8Array(1);

  constructor(parts: RelayQueueParts) {
    this.#parts = parts;
    this.#delay = parts.clock.createTimer(() => this.#send());
  }

  /** clear: a PDU in clear, with a TTL of 2 or more, and room for its NetMIC. false: there is no room. */
  add(clear: Uint8Array, cipher: NetworkCipher, ivIndex: number): boolean {
    const relayed = this.#waiting.push(clear.length);
    if (relayed === undefined) return false;
    relayed.dst = dstOf(clear);
    const pdu = this.#waiting.lastOctets;
    pdu.set(clear);
    setTtl(pdu, ttlOf(clear) - 1);
    cipher.seal(pdu, ivIndex);
    if (this.#waiting.isOnlyOne) this.#startDelay();
    return true;
  }

  /** The bearer has room again. */
  flush(): void {
    if (!this.#delay.running) this.#send();
  }

  stop(): void {
    this.#delay.stop();
    this.#waiting.clear();
  }

  #startDelay(): void {
    this.#parts.random.fill(this.#draw);
    this.#delay.start(octet(this.#draw, 0) & DELAY_MASK);
  }

  #send(): void {
    const { states, bearer } = this.#parts;
    const how = { transmit: transmitOf(states.values.relayRetransmit), urgent: false, tag: 0 };
    for (let first = this.#waiting.first; first !== undefined; first = this.#waiting.first) {
      const { dst } = first;
      if (!bearer.send(this.#waiting.firstOctets, { ...how, dst })) return;
      this.#waiting.shift();
    }
  }
}
