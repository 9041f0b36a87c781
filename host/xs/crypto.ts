/** Cryptography of the chip: AES and HMAC at once, P-256 in a task of its own. */

import type { BlockCipher, Clock, Crypto, Timer } from "../../modules/platform.js";
import { ChipCipher, chipHmac } from "./chip-cipher.js";
import { startP256, takeP256 } from "./native-crypto.js";

const PRIVATE_KEY_SIZE = 32;
const PUBLIC_KEY_SIZE = 64;
const SECRET_SIZE = 32;

/** What `takeP256` says. */
const Outcome = Object.freeze({ Done: 0, Invalid: 1 } as const);

type Done = (result: Uint8Array | undefined) => void;

interface Computation {
  readonly size: number;
  readonly done: Done;
}

/** The platform's cryptography. clock: gives the turn in which a result is told, or a fault of the chip thrown. */
export function createCrypto(clock: Clock): Crypto {
  return new NativeCrypto(clock);
}

/** A fault of the chip throws Error: nothing weaker takes its place. */
export class NativeCrypto implements Crypto {
  readonly #turn: Timer;
  #computation: Computation | undefined;

  constructor(clock: Clock) {
    this.#turn = clock.createTimer(() => this.#take());
  }

  aes128(key: Uint8Array): BlockCipher {
    return new ChipCipher(key);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    return chipHmac(key, data);
  }

  publicKey(privateKey: Uint8Array, done: Done): void {
    this.#start(privateKey, undefined, { size: PUBLIC_KEY_SIZE, done });
  }

  sharedSecret(privateKey: Uint8Array, peerPublicKey: Uint8Array, done: Done): void {
    if (peerPublicKey.length !== PUBLIC_KEY_SIZE) throw new RangeError("a P-256 public key has 64 octets");
    this.#start(privateKey, peerPublicKey, { size: SECRET_SIZE, done });
  }

  #start(privateKey: Uint8Array, peer: Uint8Array | undefined, computation: Computation): void {
    if (this.#computation !== undefined) throw new RangeError("one P-256 computation at a time");
    if (privateKey.length !== PRIVATE_KEY_SIZE) throw new RangeError("a P-256 private key has 32 octets");
    this.#computation = computation;
    // What throws in the turn of a timer restarts the chip; here, it would be put down to whoever asked.
    if (startP256(() => this.#turn.start(0), privateKey, peer) === 0) this.#turn.start(0);
  }

  #take(): void {
    const computation = this.#computation;
    if (computation === undefined) return;
    this.#computation = undefined;
    const result = new Uint8Array(computation.size);
    switch (takeP256(result)) {
      case Outcome.Done:
        computation.done(result);
        break;
      case Outcome.Invalid:
        computation.done(undefined);
        break;
      default:
        throw new Error("P-256 of the chip has failed");
    }
  }
}
