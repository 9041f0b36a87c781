import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { FakeClock } from "./fake-clock.js";

/** The C functions below host/xs, with noble in place of the chip. A computation lasts until the test says so. */
export class FakeChip {
  readonly clock: FakeClock;
  /** Computations finish by themselves, a moment later. */
  isQuick = false;
  restarts = 0;
  /** What has left it at its serial port. */
  readonly printed: string[] = [];
  /** What the chip finds it cannot do. */
  trouble: "none" | "aes" | "hmac" | "start" | "compute" = "none";
  readonly #random = new SeededRandom(5);
  readonly #crypto = createNobleCrypto(new FakeClock());
  #running: { readonly finished: () => void; readonly key: Uint8Array; readonly peer: unknown } | undefined;
  #outcome = 2;
  #result = new Uint8Array(0);

  constructor(clock = new FakeClock()) {
    this.clock = clock;
  }

  /** `native` of the SDK, as the functions of host/xs use it. */
  readonly native =
    (name: string) =>
    (...values: readonly unknown[]): number =>
      this.call(name, values);

  call(name: string, values: readonly unknown[]): number {
    const [first, second, third] = values;
    switch (name) {
      case "fledgling_aesBlock":
        if (this.trouble === "aes") throw new Error("AES of the chip has failed");
        this.#crypto.aes128(octets(first)).encrypt(octets(second), octets(third));
        return 0;
      case "fledgling_hmacSha256":
        if (this.trouble === "hmac") throw new Error("HMAC of the chip has failed");
        octets(third).set(this.#crypto.hmacSha256(octets(first), octets(second)));
        return 0;
      case "fledgling_startP256":
        if (this.trouble === "start" || this.#running !== undefined) return 0;
        if (this.isQuick) this.clock.createTimer(() => this.finish()).start(1);
        this.#running = { finished: callback(first), key: octets(second).slice(), peer: copyOf(third) };
        return 1;
      case "fledgling_takeP256":
        if (this.#outcome === 0) octets(first).set(this.#result);
        return this.#outcome;
      case "fledgling_fillRandom":
        this.#random.fill(octets(first));
        return 0;
      case "fledgling_monotonicMs":
        return this.clock.now();
      case "fledgling_chipId":
        octets(first).set([0x24, 0x0a, 0xc4, 0x11, 0x22, 0x33]);
        return 0;
      case "fledgling_print":
        return this.printed.push(String(first));
      case "fledgling_restart":
        return ++this.restarts;
      default:
        throw new Error(`no C function ${name}`);
    }
  }

  /** The computation is done, and the XS task hears of it. */
  finish(): void {
    const running = this.#running;
    if (running === undefined) throw new Error("the chip does nothing");
    this.#running = undefined;
    this.#outcome = this.trouble === "compute" ? 2 : 1;
    const clock = new FakeClock();
    const crypto = createNobleCrypto(clock);
    const done = (result: Uint8Array | undefined): void => {
      if (result === undefined || this.trouble === "compute") return;
      this.#outcome = 0;
      this.#result = result.slice();
    };
    if (running.peer === undefined) crypto.publicKey(running.key, done);
    else crypto.sharedSecret(running.key, octets(running.peer), done);
    clock.advance(0);
    running.finished();
  }
}

function octets(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError("not a buffer");
  return value;
}

function copyOf(value: unknown): unknown {
  return value instanceof Uint8Array ? value.slice() : value;
}

function callback(value: unknown): () => void {
  if (typeof value !== "function") throw new TypeError("not a function");
  return () => value();
}
