/**
 * One provisioning, cut into steps that the XS engine's meter measures one by one. The node is the whole node: its
 * advertiser, PB-ADV, provisionee and storage. What it hears was recorded before, so that no phone is measured.
 */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { AIR_TIME_MS, type Frame } from "../../host/simulator/medium.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat, equal, toHex } from "../../modules/bytes.js";
import { isValidPublicKey } from "../../modules/crypto/p256-point.js";
import type { BlockCipher, Clock, Crypto, Timer } from "../../modules/platform.js";
import { Algorithm } from "../../modules/provisioning/pdu.js";
import {
  confirmationSalt,
  createConfirmer,
  decryptProvisioningData,
  deriveSessionKeys,
} from "../../modules/provisioning/session.js";
import { octetsOf } from "../support/vectors.js";
import { World } from "../support/world.js";
import file from "../vectors/provisioning.json" with { type: "json" };

type Done = (result: Uint8Array | undefined) => void;

/** The steps, each of which the meter reads apart. */
export interface Steps {
  /** Let a phone provision a node with CMAC and without OOB, and keep what it sends. */
  record(): void;
  /** The node once more, hearing what was recorded. */
  whole(): void;
  /** The same, with the results of both P-256 computations given. */
  withoutP256(): void;
  /** The check of the peer's public key, which is ours. */
  pointCheck(): void;
  /** Salt, confirmations and session keys, of the specification's sample. MshPRT 8.7. */
  cmac(): void;
  /** The provisioning data of that sample, decrypted. */
  ccm(): void;
  /** How often the node asks for AES in `whole`. */
  aes(): { readonly keys: number; readonly blocks: number };
}

/** Cryptography that knows what P-256 gives, or learns it. */
class KnownP256 implements Crypto {
  readonly #crypto: Crypto;
  readonly #known: Map<string, Uint8Array>;
  readonly #turn: Timer;
  #finish: (() => void) | undefined;
  keys = 0;
  blocks = 0;

  constructor(clock: Clock, known: Map<string, Uint8Array>) {
    this.#crypto = createNobleCrypto(clock);
    this.#known = known;
    this.#turn = clock.createTimer(() => this.#finish?.());
  }

  aes128(key: Uint8Array): BlockCipher {
    const cipher = this.#crypto.aes128(key);
    this.keys++;
    return {
      encrypt: (input, output) => {
        this.blocks++;
        cipher.encrypt(input, output);
      },
    };
  }

  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#crypto.hmacSha256(key, data);
  }

  publicKey(privateKey: Uint8Array, done: Done): void {
    this.#answer("publicKey", done, (computed) => this.#crypto.publicKey(privateKey, computed));
  }

  sharedSecret(privateKey: Uint8Array, peerPublicKey: Uint8Array, done: Done): void {
    this.#answer("secret", done, (computed) =>
      this.#crypto.sharedSecret(privateKey, peerPublicKey, computed),
    );
  }

  /** By name alone: the conversation is always the same one. */
  #answer(name: string, done: Done, compute: (computed: Done) => void): void {
    const known = this.#known.get(name);
    if (known === undefined) {
      compute((result) => {
        if (result !== undefined) this.#known.set(name, result.slice());
        done(result);
      });
      return;
    }
    this.#finish = () => done(known.slice());
    this.#turn.start(0);
  }
}

interface Heard {
  readonly sentMs: number;
  readonly frame: Frame;
}

/** All steps of one provisioning; `record` comes first. */
export function createSteps(): Steps {
  const heard: Heard[] = [];
  const known = new Map<string, Uint8Array>();
  const deviceRandom = () => new SeededRandom(7);
  const sample = file.vectors.find(({ type }) => type === "securityCmac");
  if (sample === undefined) throw new Error("the sample is missing");
  const input = (name: string) => octetsOf(sample.inputs, name);
  const output = (name: string) => octetsOf(sample.outputs, name);
  const provisionerKey = concat(input("PublicKeyProvisionerX"), input("PublicKeyProvisionerY"));
  const crypto = createNobleCrypto(new World().clock);

  const replay = (createCrypto?: (clock: Clock) => Crypto) => {
    const world = new World();
    const node = world.addNode({
      random: deviceRandom(),
      crypto: (createCrypto ?? createNobleCrypto)(world.clock),
    });
    const port = world.medium.join("phone", { heard: () => {}, sent: () => {} });
    for (const { sentMs, frame } of heard) {
      world.clock.advance(sentMs - world.clock.now());
      port.send(frame);
    }
    world.clock.advance(1000);
    require(node.node.state === "provisioned", "the node is provisioned");
  };

  return {
    record: () => {
      const world = new World();
      const learning = new KnownP256(world.clock, known);
      const node = world.addNode({ random: deviceRandom(), crypto: learning });
      const phone = world.addPhone();
      world.medium.join("recorder", {
        heard: (frame) => {
          if (frame.kind !== "nonConnectable" || equal(frame.address, node.radio.identity)) return;
          const { kind, address, data } = frame;
          if (data[1] !== 0x29) return;
          heard.push({
            sentMs: world.clock.now() - AIR_TIME_MS,
            frame: { kind, address: address.slice(), data: data.slice() },
          });
        },
        sent: () => {},
      });
      world.clock.advance(1000);
      phone.provision({ algorithm: Algorithm.Cmac });
      world.clock.advance(5000);
      require(phone.results.length === 1, "the phone has provisioned the node");
    },
    whole: () => replay(),
    withoutP256: () => replay((clock) => new KnownP256(clock, known)),
    pointCheck: () => require(isValidPublicKey(provisionerKey), "the sample's key is valid"),
    cmac: () => {
      const salt = confirmationSalt(crypto, Algorithm.Cmac, {
        invite: input("ProvisioningInvite"),
        capabilities: input("ProvisioningCapabilities"),
        start: input("ProvisioningStart"),
        publicKeyProvisioner: provisionerKey,
        publicKeyDevice: concat(input("PublicKeyDeviceX"), input("PublicKeyDeviceY")),
      });
      const ecdhSecret = output("ECDHSecret");
      const authValue = input("AuthValue");
      const confirmer = createConfirmer(crypto, Algorithm.Cmac, salt, { ecdhSecret, authValue });
      const randoms = { provisioner: input("RandomProvisioner"), device: input("RandomDevice") };
      confirmer.confirmation(randoms.device);
      confirmer.confirmation(randoms.provisioner);
      const { deviceKey } = deriveSessionKeys(crypto, ecdhSecret, salt, randoms);
      require(toHex(deviceKey) === toHex(output("DeviceKey")), "the sample's device key");
    },
    ccm: () => {
      const keys = {
        sessionKey: output("SessionKey"),
        sessionNonce: output("SessionNonce"),
        deviceKey: output("DeviceKey"),
      };
      const clear = decryptProvisioningData(crypto, keys, concat(output("DataEncrypted"), output("DataMIC")));
      require(clear !== undefined && equal(clear, output("Data")), "the sample's data");
    },
    aes: () => {
      let counting: KnownP256 | undefined;
      replay((clock) => {
        counting = new KnownP256(clock, known);
        return counting;
      });
      return { keys: counting?.keys ?? 0, blocks: counting?.blocks ?? 0 };
    },
  };
}

function require(condition: boolean, what: string): void {
  if (!condition) throw new Error(`it is not so: ${what}`);
}
