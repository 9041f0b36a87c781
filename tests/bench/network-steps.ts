/**
 * What a Network PDU costs, by what becomes of it. The layer is the whole network layer, from the bearer up; above it
 * and below it is nothing, and nothing is traced. The same on Node, against the clock, and on XS, in the meter.
 */

import type { BlockCipher, Trace } from "../../modules/platform.js";
import { NetworkBench, type NetworkBenchOptions, PaperBearer, type Said } from "../support/network-bench.js";

/** A Generic OnOff Set, unsegmented: 22 octets, which takes five AES blocks. Longer ones take up to seven. */
const MESSAGE: Partial<Said> = Object.freeze({ transportPdu: "26a1b2c3d4e5f60718", dst: 0x0005, ttl: 1 });
/** The same to others, through us. */
const FOREIGN: Partial<Said> = Object.freeze({ ...MESSAGE, dst: 0xc000, ttl: 5 });

/** Many more than the layer recognises, so that each is new again when its turn comes. */
const DIFFERENT = 500;

/** How many may wait to be relayed. */
const TOGETHER = 10;

/** One fate of a PDU. */
export interface NetworkStep {
  readonly name: string;
  /** At most so much of what a decrypted message costs; undefined: there is no goal. */
  readonly goal?: number;
  /** Receive so many PDUs. Throws where they did not meet that fate. */
  run(pdus: number): void;
}

/** A trace that only counts. */
class Counter implements Trace {
  drops = 0;
  drop(): void {
    this.drops++;
  }
  note(): void {}
  failed(): void {}
}

/** A bearer that only counts. */
class Sink extends PaperBearer {
  taken = 0;
  override send(): boolean {
    this.taken++;
    return true;
  }
}

class Bench {
  readonly counter = new Counter();
  readonly sink = new Sink();
  readonly #bench: NetworkBench;
  received = 0;
  /** How many different PDUs it has heard. */
  heard = 0;

  constructor(options: NetworkBenchOptions) {
    const { counter: trace, sink: bearer } = this;
    this.#bench = new NetworkBench({ ...options, trace, bearer, messageCache: 64 });
    this.#bench.network.attach({
      received: () => {
        this.received++;
      },
      sent: () => {},
      ready: () => {},
    });
  }

  pdu(changes: Partial<Said>): Uint8Array {
    return this.#bench.neighbour.pdu(changes);
  }

  hear(pdu: Uint8Array): void {
    this.#bench.network.received(pdu, -60, this.sink);
  }

  /** What waits to be relayed leaves. */
  flush(): void {
    this.#bench.clock.advance(20);
  }
}

/** aes128: in place of noble's. */
export function createNetworkSteps(aes128?: (key: Uint8Array) => BlockCipher): readonly NetworkStep[] {
  const plain = new Bench(aes128 === undefined ? {} : { aes128 });
  const relay = new Bench(aes128 === undefined ? { relay: true } : { relay: true, aes128 });
  const seqs = Array.from({ length: DIFFERENT }, (_, seq) => seq);
  const messages = seqs.map((seq) => plain.pdu({ ...MESSAGE, seq }));
  const foreign = seqs.map((seq) => relay.pdu({ ...FOREIGN, seq }));
  const once = plain.pdu({ ...MESSAGE, seq: 0x1000 });
  const copy = plain.pdu({ ...MESSAGE, seq: 0x1000, ttl: 4 });
  const stranger = once.map((octet) => octet ^ 0x01);
  return [
    { name: "decrypted", run: (pdus) => hearAll(plain, messages, pdus, () => plain.received) },
    { name: "decrypted and relayed", run: (pdus) => hearAll(relay, foreign, pdus, () => relay.sink.taken) },
    { name: "dropped by its NID", goal: 1 / 10, run: (pdus) => dropAll(plain, stranger, pdus) },
    {
      name: "identical repetition",
      goal: 1 / 10,
      run: (pdus) => {
        plain.hear(once);
        dropAll(plain, once, pdus);
      },
    },
    {
      name: "relayed copy, another TTL",
      goal: 1 / 3,
      run: (pdus) => {
        plain.hear(once);
        dropAll(plain, copy, pdus);
      },
    },
  ];
}

function hearAll(bench: Bench, pdus: readonly Uint8Array[], count: number, outcome: () => number): void {
  const before = outcome();
  for (let i = 0; i < count; i++) {
    const pdu = pdus[bench.heard++ % pdus.length];
    if (pdu !== undefined) bench.hear(pdu);
    if (i % TOGETHER === TOGETHER - 1) bench.flush();
  }
  bench.flush();
  check(outcome() - before === count);
}

function dropAll(bench: Bench, pdu: Uint8Array, count: number): void {
  const before = bench.counter.drops;
  for (let i = 0; i < count; i++) bench.hear(pdu);
  check(bench.counter.drops - before === count);
}

function check(isSo: boolean): void {
  if (!isSo) throw new Error("the PDUs did not meet their fate");
}

/** An AES that costs next to nothing, and hides nothing: what is left is our own work. */
export function freeAes(key: Uint8Array): BlockCipher {
  const block = key.slice();
  return { encrypt: (_, output) => output.set(block) };
}
