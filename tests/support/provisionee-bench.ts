/** A provisionee on a bench: PDUs in by hand, PDUs out written down, the provisioner's side computed by the phone. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { fromHex, toHex } from "../../modules/bytes.js";
import type { Crypto } from "../../modules/platform.js";
import type { Policy } from "../../modules/policy.js";
import { type KeyPair, P256 } from "../../modules/provisioning/p256.js";
import { Provisionee } from "../../modules/provisioning/provisionee.js";
import type { NodeRecord } from "../../modules/records.js";
import { FakeClock } from "./fake-clock.js";
import { Person } from "./person.js";
import { RecordingBearer } from "./recording-bearer.js";
import { RecordingTrace } from "./recording-trace.js";
import { RememberingCrypto } from "./remembered-p256.js";
import { ScriptedRandom } from "./scripted-random.js";

/** Both algorithms, nothing to authenticate with. */
export const OPEN_POLICY: Policy = Object.freeze({
  algorithms: 0x0003,
  allowNoOob: true,
  onlyOobAuthenticated: false,
  staticOob: undefined,
  oobPrivateKey: undefined,
  outputActions: 0,
  outputSize: 0,
  inputActions: 0,
  inputSize: 0,
  oobInformation: 0,
  uri: undefined,
  replayStoreDelayMs: 5000,
});

/** What a test decides. script: what the device's random generator gives. */
export interface BenchOptions {
  readonly policy?: Policy;
  readonly numberOfElements?: number;
  readonly script?: readonly Uint8Array[];
  /** What P-256 gave before, for tests that begin thousands of times; empty, if left out. */
  readonly memory?: Map<string, Uint8Array>;
  /** Whether the device can keep its record; true, if left out. */
  readonly canStore?: boolean;
}

/** The octets that hexadecimal digits stand for. */
export function hex(digits: string): Uint8Array {
  const octets = fromHex(digits);
  if (octets === undefined) throw new Error(`not hexadecimal: ${digits}`);
  return octets;
}

/** One provisionee with an open link, waiting for the Invite. */
export class ProvisioneeBench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly bearer = new RecordingBearer();
  readonly crypto: Crypto;
  readonly random: ScriptedRandom;
  readonly provisionee: Provisionee;
  /** The seconds of every call for attention, in order. */
  readonly attention: number[] = [];
  /** How often the device was told that an authentication failed. */
  authenticationFailures = 0;
  readonly person = new Person();
  /** What was kept, in order; deep copies. */
  readonly stored: NodeRecord[] = [];
  readonly keyPair: KeyPair;

  constructor(options: BenchOptions = {}) {
    const { policy = OPEN_POLICY, numberOfElements = 1, script = [], canStore = true } = options;
    this.crypto = new RememberingCrypto(createNobleCrypto(this.clock), options.memory ?? new Map());
    this.random = new ScriptedRandom(script, new SeededRandom(1));
    const p256 = new P256(this.crypto, this.random, this.trace);
    let keyPair: KeyPair | undefined;
    p256.generateKeyPair((drawn) => {
      keyPair = drawn;
    });
    this.clock.advance(0);
    if (keyPair === undefined) throw new Error("no key pair came");
    this.keyPair = keyPair;
    this.provisionee = new Provisionee({
      clock: this.clock,
      crypto: this.crypto,
      random: this.random,
      trace: this.trace,
      p256,
      policy,
      numberOfElements,
      user: this.person,
      listener: {
        authenticationFailed: () => {
          this.authenticationFailures++;
        },
        attention: (seconds) => this.attention.push(seconds),
        store: (record) => {
          if (!canStore) return false;
          this.stored.push({ ...record, netKey: record.netKey.slice(), deviceKey: record.deviceKey.slice() });
          return true;
        },
      },
    });
    this.provisionee.begin(this.bearer, this.keyPair);
  }

  /** A PDU arrives; what it makes the device send comes back, each PDU acknowledged at once. */
  say(pdu: Uint8Array | string): string[] {
    this.provisionee.received(typeof pdu === "string" ? hex(pdu) : pdu);
    this.clock.advance(0);
    const replies: string[] = [];
    for (let out = this.bearer.take(); out.length > 0; out = this.bearer.take()) {
      replies.push(...out);
      this.provisionee.sent();
    }
    return replies;
  }

  /** The names of the states entered so far. */
  get states(): string[] {
    return this.trace.notes.filter((note) => note.layer === "provisioning").map((note) => note.event);
  }

  /** The device's public key as hexadecimal digits. */
  get publicKey(): string {
    return toHex(this.keyPair.publicKey);
  }
}
