/** The security toolbox against the published sample data: every vector of crypto.json, every output of each. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { ascii, concat, getUint32BE, setUint16BE } from "../../modules/bytes.js";
import { Ccm, type MicSize } from "../../modules/crypto/ccm.js";
import { cmac } from "../../modules/crypto/cmac.js";
import {
  beaconKey,
  identityKey,
  k1,
  k2,
  k3,
  k4,
  pecb,
  privateBeaconKey,
  s1,
  virtualAddress,
} from "../../modules/crypto/toolbox.js";
import type { BlockCipher, Crypto } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { type Fields, octetsOf, optionalOctetsOf } from "../support/vectors.js";
import file from "./crypto.json" with { type: "json" };

/** Every output that a vector may name, recomputed from its inputs, and the inputs that follow from others. */
type Recompute = (crypto: Crypto, inputs: Fields) => Readonly<Record<string, Uint8Array>>;

const recomputations: Readonly<Record<string, Recompute>> = {
  e: (crypto, inputs) => ({ ciphertext: e(crypto, octetsOf(inputs, "key"), octetsOf(inputs, "plaintext")) }),
  "aes-cmac-subkeys": (crypto, inputs) => subkeys(crypto, octetsOf(inputs, "key")),
  "aes-cmac": (crypto, inputs) => ({
    mac: cmac(crypto.aes128(octetsOf(inputs, "key")), octetsOf(inputs, "M")),
  }),
  "hmac-sha256": (crypto, inputs) => ({
    mac: crypto.hmacSha256(octetsOf(inputs, "key"), octetsOf(inputs, "M")),
  }),
  "aes-ccm": (crypto, inputs) => {
    const micSize = micSizeOf(inputs);
    const data = sealed(crypto, inputs, micSize);
    return { ciphertext: data.slice(0, -micSize), mic: data.slice(-micSize) };
  },
  obfuscate: (crypto, inputs) => {
    const privacyRandom = octetsOf(inputs, "EncDST||EncTransportPDU||NetMIC (first 7 octets)");
    const ivIndex = getUint32BE(octetsOf(inputs, "IVIndex"), 0);
    const mask = pecb(crypto.aes128(octetsOf(inputs, "PrivacyKey")), ivIndex, privacyRandom);
    return { ObfuscatedData: xor(octetsOf(inputs, "header"), mask) };
  },
  s1: (crypto, inputs) => ({ M: ascii(String(inputs.M_ascii)), salt: s1(crypto, octetsOf(inputs, "M")) }),
  k1: (crypto, inputs) => {
    const [n, salt, p] = [octetsOf(inputs, "N"), octetsOf(inputs, "SALT"), octetsOf(inputs, "P")];
    return { T: cmac(crypto.aes128(salt), n), k1: k1(crypto, n, salt, p) };
  },
  k2: (crypto, inputs) => {
    const [n, p] = [octetsOf(inputs, "N"), octetsOf(inputs, "P")];
    const { nid, encryptionKey, privacyKey } = k2(crypto, n, p);
    const { salt, T } = saltAndT(crypto, n, "smk2");
    const T1 = cmac(crypto.aes128(T), concat(p, octets(1)));
    const keys = { T2: encryptionKey, EncryptionKey: encryptionKey, T3: privacyKey, PrivacyKey: privacyKey };
    return { P: k2Parameter(inputs), salt, T, T1, ...keys, NID: octets(nid) };
  },
  k3: (crypto, inputs) => {
    const { salt, T } = saltAndT(crypto, octetsOf(inputs, "N"), "smk3");
    const mac = cmac(crypto.aes128(T), concat(ascii("id64"), octets(1)));
    return { salt, T, cmac: mac, NetworkID: k3(crypto, octetsOf(inputs, "N")) };
  },
  k4: (crypto, inputs) => {
    const { salt, T } = saltAndT(crypto, octetsOf(inputs, "N"), "smk4");
    const mac = cmac(crypto.aes128(T), concat(ascii("id6"), octets(1)));
    return { salt, T, cmac: mac, AID: octets(k4(crypto, octetsOf(inputs, "N"))) };
  },
  identityKey: (crypto, inputs) => ({
    ...k1Steps(crypto, inputs, "nkik"),
    IdentityKey: identityKey(crypto, octetsOf(inputs, "NetKey")),
  }),
  beaconKey: (crypto, inputs) => ({
    ...k1Steps(crypto, inputs, "nkbk"),
    BeaconKey: beaconKey(crypto, octetsOf(inputs, "NetKey")),
  }),
  privateBeaconKey: (crypto, inputs) => ({
    ...k1Steps(crypto, inputs, "nkpk"),
    PrivateBeaconKey: privateBeaconKey(crypto, octetsOf(inputs, "NetKey")),
  }),
  virtualAddress: (crypto, inputs) => {
    const address = new Uint8Array(2);
    setUint16BE(address, 0, virtualAddress(crypto, octetsOf(inputs, "LabelUUID")));
    return { address };
  },
};

export const suite: Suite = ({ test, equal, ok }) => {
  const crypto = createNobleCrypto(new FakeClock());
  let used = 0;

  for (const vector of file.vectors) {
    test(`${vector.section}: ${vector.name}`, () => {
      const inputs: Fields = vector.inputs;
      const outputs: Fields = vector.outputs;
      const computed = recomputations[vector.function]?.(crypto, inputs) ?? {};
      for (const name of Object.keys(outputs)) equal(computed[name], octetsOf(outputs, name), name);
      for (const name of Object.keys(inputs).filter((input) => input in computed)) {
        equal(computed[name], octetsOf(inputs, name), name);
      }
      ok(Object.keys(outputs).length > 0, "the vector has outputs");
      used++;
    });
  }

  test("every vector of the file was used, and the file is whole", () => {
    equal(used, file.vectors.length);
    equal(file.vectors.length, 43);
  });

  for (const vector of file.vectors.filter((candidate) => candidate.function === "aes-ccm")) {
    test(`${vector.section}: ${vector.name}: opened again, and refused when any octet differs`, () => {
      const inputs: Fields = vector.inputs;
      const micSize = micSizeOf(inputs);
      const whole = sealed(crypto, inputs, micSize);
      const open = (data: Uint8Array): boolean =>
        new Ccm(crypto.aes128(octetsOf(inputs, "key"))).decrypt(
          octetsOf(inputs, "nonce"),
          data,
          micSize,
          optionalOctetsOf(inputs, "additionalData"),
        );
      const opened = whole.slice();
      equal(open(opened), true);
      equal(opened.slice(0, -micSize), octetsOf(inputs, "plaintext"));
      for (let at = 0; at < whole.length; at++) {
        const changed = whole.slice();
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        equal(open(changed), false, `octet ${at}`);
        equal(
          changed.slice(0, -micSize),
          new Uint8Array(whole.length - micSize),
          "the text is not given out",
        );
      }
    });
  }
};

function octets(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}

function e(crypto: Crypto, key: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const ciphertext = new Uint8Array(16);
  crypto.aes128(key).encrypt(plaintext, ciphertext);
  return ciphertext;
}

/** The salt and T with which k2, k3, k4 and the keys made by k1 begin. */
function saltAndT(crypto: Crypto, key: Uint8Array, text: string): { salt: Uint8Array; T: Uint8Array } {
  const salt = s1(crypto, ascii(text));
  return { salt, T: cmac(crypto.aes128(salt), key) };
}

/** The steps of k1 on the way from a NetKey to the key that `text` names. */
function k1Steps(crypto: Crypto, inputs: Fields, text: string): Record<"SALT" | "P" | "T", Uint8Array> {
  const { salt, T } = saltAndT(crypto, octetsOf(inputs, "NetKey"), text);
  return { SALT: salt, P: concat(ascii("id128"), octets(1)), T };
}

/** P: 01 and the fields of a friendship, if the vector has them. */
function k2Parameter(inputs: Fields): Uint8Array {
  const fields = ["LPNAddress", "FriendAddress", "LPNCounter", "FriendCounter"];
  if (inputs.LPNAddress === undefined) return octetsOf(inputs, "P");
  return concat(octets(1), ...fields.map((name) => octetsOf(inputs, name)));
}

/** K1 and K2: `cmac` keeps them to itself, but it adds them to the last block that it gives to the cipher. */
function subkeys(crypto: Crypto, key: Uint8Array): Record<"K1" | "K2", Uint8Array> {
  const cipher = crypto.aes128(key);
  let last = new Uint8Array(16);
  const overheard: BlockCipher = {
    encrypt(input, output) {
      last = input.slice();
      cipher.encrypt(input, output);
    },
  };
  cmac(overheard, new Uint8Array(16));
  const K1 = last;
  cmac(overheard, new Uint8Array());
  return { K1, K2: xor(last, octets(0x80)) };
}

function micSizeOf(inputs: Fields): MicSize {
  return inputs.micSize === 8 ? 8 : 4;
}

/** The ciphertext and its MIC. */
function sealed(crypto: Crypto, inputs: Fields, micSize: MicSize): Uint8Array {
  const data = concat(octetsOf(inputs, "plaintext"), new Uint8Array(micSize));
  const additionalData = optionalOctetsOf(inputs, "additionalData");
  new Ccm(crypto.aes128(octetsOf(inputs, "key"))).encrypt(
    octetsOf(inputs, "nonce"),
    data,
    micSize,
    additionalData,
  );
  return data;
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((value, index) => value ^ (b[index] ?? 0));
}
