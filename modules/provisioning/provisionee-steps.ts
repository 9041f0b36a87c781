/** The steps of the provisioning protocol: what the device makes of each PDU that comes in its turn. MshPRT 5.4.2. */

import { equal, octet, wipe } from "../bytes.js";
import { isValidPublicKey } from "../crypto/p256-point.js";
import type { Crypto, Random } from "../platform.js";
import type { Policy } from "../policy.js";
import type { NodeRecord } from "../records.js";
import type { Evidence } from "./auth-mistake.js";
import { drawOutput, encodeAuthValue, type OobOutput, type OobValue } from "./oob.js";
import type { KeyPair } from "./p256.js";
import {
  decodeProvisioningData,
  decodeStart,
  encodeCapabilities,
  encodeEmptyRecordsList,
  encodePdu,
  encodeRecordNotPresent,
  type ProvisioningCapabilities,
  ProvisioningError,
  ProvisioningPduType,
} from "./pdu.js";
import type { Exchange, State, StateOf } from "./provisionee-state.js";
import {
  confirmationSalt,
  confirmationSize,
  createConfirmer,
  decryptProvisioningData,
  deriveSessionKeys,
} from "./session.js";

/** Where a step leads: to the next state, with a reply or without; or to a failure, with what came, in words. */
export type Outcome =
  | { readonly next: State; readonly reply: Uint8Array | undefined }
  | { readonly errorCode: ProvisioningError; readonly came: string; readonly evidence?: Evidence };

/** What the steps need of their surroundings. */
export interface StepParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly capabilities: ProvisioningCapabilities;
  readonly policy: Policy;
  /** The pair whose public key is known out of band; undefined: there is none. */
  readonly oobKeyPair: KeyPair | undefined;
  /** Keep the record for good before returning; it is borrowed. false: it could not be kept. */
  readonly store: (record: NodeRecord) => boolean;
}

/** Records Get and Record Request: there are no records, which is an answer and no failure. MshPRT 5.4.2.6. */
export function recordsAsked(state: StateOf<"waitInvite">, type: number, parameters: Uint8Array): Outcome {
  const isList = type === ProvisioningPduType.RecordsGet;
  const reply = isList ? encodeEmptyRecordsList() : encodeRecordNotPresent(parameters);
  if (reply === undefined) return invalidFormat("Record Request for fragments of no octets");
  return { next: state, reply };
}

/** Invite. MshPRT 5.4.2.2. */
export function invited(parts: StepParts, state: StateOf<"waitInvite">, parameters: Uint8Array): Outcome {
  return {
    next: { name: "waitStart", keyPair: state.keyPair, invite: parameters.slice() },
    reply: encodePdu(ProvisioningPduType.Capabilities, encodeCapabilities(parts.capabilities)),
  };
}

/** Start. MshPRT 5.4.2.3. */
export function started(parts: StepParts, state: StateOf<"waitStart">, parameters: Uint8Array): Outcome {
  const start = decodeStart(parameters, parts.capabilities);
  if (start === undefined)
    return invalidFormat("Start with a choice that is reserved, prohibited or not offered");
  const { policy } = parts;
  if (start.authentication.method === "none" && !policy.allowNoOob) {
    return invalidFormat("Start without authentication, which this device refuses");
  }
  if (start.authentication.method === "output" && !policy.allowNoOob) {
    // The size that is announced is the greatest; but who may choose one digit has guessed it after ten attempts.
    if (start.authentication.size < policy.outputSize)
      return invalidFormat("Start for fewer digits than this device shows");
  }
  const { keyPair, invite } = state;
  const startParameters = parameters.slice();
  return { next: { name: "waitPublicKey", keyPair, invite, startParameters, start }, reply: undefined };
}

/** Public Key. MshPRT 5.4.2.3. */
export function publicKeyReceived(
  parts: StepParts,
  state: StateOf<"waitPublicKey">,
  peerPublicKey: Uint8Array,
): Outcome {
  const { invite, startParameters, start } = state;
  const { publicKey } = (start.oobPublicKey ? parts.oobKeyPair : undefined) ?? state.keyPair;
  if (equal(peerPublicKey, publicKey)) return invalidFormat("the device's own public key");
  if (!isValidPublicKey(peerPublicKey)) return invalidFormat("a public key that is no point of P-256");
  // A copy of a private key is made for a session that goes on, as only that overwrites it.
  const keyPair = start.oobPublicKey ? takeOobKeyPair(parts, state.keyPair) : state.keyPair;
  const inputs = {
    invite,
    capabilities: encodeCapabilities(parts.capabilities),
    start: startParameters,
    publicKeyProvisioner: peerPublicKey.slice(),
    publicKeyDevice: keyPair.publicKey,
  };
  return { next: { name: "computeSecret", keyPair, start, inputs }, reply: undefined };
}

/** A copy of the pair known out of band, as a session overwrites its own; the fresh one is not needed. */
function takeOobKeyPair({ oobKeyPair }: StepParts, fresh: KeyPair): KeyPair {
  if (oobKeyPair === undefined) throw new RangeError("a public key that was not offered");
  wipe(fresh.privateKey);
  return { privateKey: oobKeyPair.privateKey.slice(), publicKey: oobKeyPair.publicKey };
}

/** ECDHSecret is there: the private key has served, and goes. MshPRT 5.4.2.3, 5.4.2.4. */
export function secretComputed(
  parts: StepParts,
  state: StateOf<"computeSecret">,
  ecdhSecret: Uint8Array | undefined,
): Outcome {
  const { keyPair, start, inputs } = state;
  if (ecdhSecret === undefined) {
    return { errorCode: ProvisioningError.UnexpectedError, came: "no shared secret from P-256" };
  }
  wipe(keyPair.privateKey);
  const salt = confirmationSalt(parts.crypto, start.algorithm, inputs);
  const reply = start.oobPublicKey ? undefined : encodePdu(ProvisioningPduType.PublicKey, keyPair.publicKey);
  return { next: authenticate(parts, { start, salt, ecdhSecret }), reply };
}

/** Where the authentication begins: with a value that is known, one to show, or one to be entered. MshPRT 5.4.2.4. */
function authenticate(parts: StepParts, exchange: Exchange): State {
  const { authentication } = exchange.start;
  switch (authentication.method) {
    case "none":
      return awaitConfirmation(parts, exchange, 0, undefined);
    case "static": {
      const { staticOob } = parts.policy;
      if (staticOob === undefined) throw new RangeError("a static value that was not offered");
      return awaitConfirmation(parts, exchange, staticOob, undefined);
    }
    case "output": {
      const output = drawOutput(parts.random, authentication.action, authentication.size);
      return awaitConfirmation(parts, exchange, output.value, output);
    }
    case "input":
      return { name: "waitInput", ...exchange };
  }
}

function awaitConfirmation(
  parts: StepParts,
  exchange: Exchange,
  value: OobValue,
  output: OobOutput | undefined,
): State {
  const { start, salt, ecdhSecret } = exchange;
  const authValue = encodeAuthValue(value, confirmationSize(start.algorithm));
  const confirmer = createConfirmer(parts.crypto, start.algorithm, salt, { ecdhSecret, authValue });
  wipe(authValue);
  return { name: "waitConfirmation", start, salt, ecdhSecret, value, output, confirmer };
}

/** A person has entered the value. MshPRT 5.4.2.4.4. */
export function inputEntered(parts: StepParts, state: StateOf<"waitInput">, value: number | string): Outcome {
  const { start, salt, ecdhSecret } = state;
  return {
    next: awaitConfirmation(parts, { start, salt, ecdhSecret }, value, undefined),
    reply: encodePdu(ProvisioningPduType.InputComplete, new Uint8Array(0)),
  };
}

/** Confirmation. MshPRT 5.4.2.4.2, step 2. */
export function confirmationReceived(
  parts: StepParts,
  state: StateOf<"waitConfirmation">,
  received: Uint8Array,
): Outcome {
  const { start, salt, ecdhSecret, value, confirmer } = state;
  const random = new Uint8Array(confirmationSize(start.algorithm));
  parts.random.fill(random);
  const confirmation = confirmer.confirmation(random);
  if (equal(confirmation, received)) return invalidFormat("the device's own confirmation");
  const peerConfirmation = received.slice();
  return {
    next: { name: "waitRandom", start, salt, ecdhSecret, value, confirmer, peerConfirmation, random },
    reply: encodePdu(ProvisioningPduType.Confirmation, confirmation),
  };
}

/** Random. MshPRT 5.4.2.4.2, step 4. */
export function randomReceived(
  parts: StepParts,
  state: StateOf<"waitRandom">,
  peerRandom: Uint8Array,
): Outcome {
  const { start, salt, ecdhSecret, value, confirmer, peerConfirmation, random } = state;
  const errorCode = ProvisioningError.ConfirmationFailed;
  if (equal(peerRandom, random)) return { errorCode, came: "the device's own random" };
  if (!equal(confirmer.confirmation(peerRandom), peerConfirmation)) {
    const evidence = {
      algorithm: start.algorithm,
      salt,
      ecdhSecret: ecdhSecret.slice(),
      value,
      peerConfirmation,
      peerRandom: peerRandom.slice(),
    };
    return { errorCode, came: "a random that does not fit the confirmation", evidence };
  }
  const randoms = { provisioner: peerRandom, device: random };
  const keys = deriveSessionKeys(parts.crypto, ecdhSecret, salt, randoms);
  confirmer.wipe();
  wipe(ecdhSecret);
  return { next: { name: "waitData", start, keys }, reply: encodePdu(ProvisioningPduType.Random, random) };
}

/** Data: stored before it is acknowledged. MshPRT 5.4.2.5. */
export function dataReceived(parts: StepParts, state: StateOf<"waitData">, parameters: Uint8Array): Outcome {
  const clear = decryptProvisioningData(parts.crypto, state.keys, parameters);
  if (clear === undefined) {
    return { errorCode: ProvisioningError.DecryptionFailed, came: "Data whose MIC does not fit" };
  }
  const data = decodeProvisioningData(clear);
  wipe(clear);
  if (data === undefined) {
    return {
      errorCode: ProvisioningError.InvalidData,
      came: "Data with reserved bits in flags or key index",
    };
  }
  const lastAddress = data.unicastAddress + parts.capabilities.numberOfElements - 1;
  if (data.unicastAddress === 0 || lastAddress > 0x7fff) {
    wipe(data.netKey);
    const errorCode = ProvisioningError.CannotAssignAddresses;
    return { errorCode, came: "Data with an address that is not unicast for every element" };
  }
  const stored = parts.store({ ...data, deviceKey: state.keys.deviceKey });
  wipe(data.netKey);
  if (!stored) return { errorCode: ProvisioningError.OutOfResources, came: "Data that could not be stored" };
  wipe(state.keys.sessionKey, state.keys.sessionNonce, state.keys.deviceKey);
  return { next: { name: "complete" }, reply: encodePdu(ProvisioningPduType.Complete, new Uint8Array(0)) };
}

/** The attention that an Invite asks for, in seconds. MshPRT 5.4.1.1. */
export function attentionSeconds(state: StateOf<"waitStart">): number {
  return octet(state.invite, 0);
}

function invalidFormat(came: string): Outcome {
  return { errorCode: ProvisioningError.InvalidFormat, came };
}
