/** Why a confirmation did not fit: the mistakes that provisioners make with AuthValue, tried one after the other. */

import { ascii, concat, equal, isMadeOf, wipe } from "../bytes.js";
import { cmac } from "../crypto/cmac.js";
import { k1, k5 } from "../crypto/toolbox.js";
import type { AuthMistake, Crypto } from "../platform.js";
import { encodeAuthValue, type OobValue } from "./oob.js";
import { Algorithm } from "./pdu.js";
import { confirmationSize } from "./session.js";

/** What is left of a failed authentication; holds secrets until it is wiped. */
export interface Evidence {
  readonly algorithm: Algorithm;
  readonly salt: Uint8Array;
  readonly ecdhSecret: Uint8Array;
  /** What the provisioner should have used. */
  readonly value: OobValue;
  readonly peerConfirmation: Uint8Array;
  readonly peerRandom: Uint8Array;
}

/** Overwrite the secrets of the evidence. */
export function wipeEvidence(evidence: Evidence): void {
  wipe(evidence.ecdhSecret);
}

/** The first mistake that explains the provisioner's confirmation; none: a wrong value, or another mistake. */
export function findMistake(crypto: Crypto, evidence: Evidence): AuthMistake {
  let found: AuthMistake | undefined;
  for (const [mistake, authValue] of candidates(evidence)) {
    if (found === undefined) {
      const fits = equal(confirmationWith(crypto, evidence, authValue), evidence.peerConfirmation);
      if (fits) found = mistake;
    }
    // Those behind the one that fits as well: some of them are the right value.
    wipe(authValue);
  }
  return found ?? "none";
}

type Candidate = readonly [AuthMistake, Uint8Array];

function candidates({ algorithm, value }: Evidence): readonly Candidate[] {
  const size = confirmationSize(algorithm);
  const right = encodeAuthValue(value, size);
  const list: Candidate[] = [
    ["allZero", new Uint8Array(size)],
    ["reversed", right.slice().reverse()],
    ["wrongLength", encodeAuthValue(value, 48 - size)],
  ];
  if (typeof value === "number") list.push(...numericCandidates(value, size));
  else list.push(["paddedOnTheOtherSide", padLeft(typeof value === "string" ? ascii(value) : value, size)]);
  if (typeof value === "string" && isMadeOf(value, "0123456789"))
    list.push(["digitsAsText", encodeAuthValue(Number(value), size)]);
  wipe(right);
  return list;
}

/** A number taken for its digits, with or without leading zeros; or put at the beginning, in one to four octets. */
function numericCandidates(value: number, size: number): Candidate[] {
  const list: Candidate[] = [];
  const digits = String(value);
  for (let length = digits.length; length <= 8; length++) {
    list.push(["digitsAsText", encodeAuthValue(digits.padStart(length, "0"), size)]);
  }
  const octets = encodeAuthValue(value, 4);
  for (let from = 0; from < 4; from++) {
    list.push(["paddedOnTheOtherSide", encodeAuthValue(octets.subarray(from), size)]);
  }
  wipe(octets);
  return list;
}

function padLeft(octets: Uint8Array, size: number): Uint8Array {
  let length = octets.length;
  while (length > 0 && octets[length - 1] === 0) length--;
  const used = octets.subarray(0, length < size ? length : size);
  return concat(new Uint8Array(size - used.length), used);
}

/** As in session.ts, but with an AuthValue of any length: that may be the mistake. MshPRT 5.4.2.4.1. */
function confirmationWith(crypto: Crypto, evidence: Evidence, authValue: Uint8Array): Uint8Array {
  const { algorithm, salt, ecdhSecret, peerRandom } = evidence;
  if (algorithm === Algorithm.Cmac) {
    const key = k1(crypto, ecdhSecret, salt, ascii("prck"));
    const input = concat(peerRandom, authValue);
    const confirmation = cmac(crypto.aes128(key), input);
    wipe(key, input);
    return confirmation;
  }
  const material = concat(ecdhSecret, authValue);
  const key = k5(crypto, material, salt, ascii("prck256"));
  const confirmation = crypto.hmacSha256(key, peerRandom);
  wipe(material, key);
  return confirmation;
}
