/** The states of the provisionee, and what may come in each. MshPRT 5.4.1, 5.4.2. */

import { wipe } from "../bytes.js";
import type { ProvisioningFailure } from "../platform.js";
import { type Evidence, wipeEvidence } from "./auth-mistake.js";
import type { OobOutput, OobValue } from "./oob.js";
import type { KeyPair } from "./p256.js";
import { type ProvisioningStart, ProvisioningPduType as T } from "./pdu.js";
import type { ConfirmationInputs, Confirmer, SessionKeys } from "./session.js";

/** Each holds exactly what is valid in it. Secrets are handed on to the next state, or overwritten. */
export type State =
  | { readonly name: "idle" }
  | { readonly name: "waitInvite"; readonly keyPair: KeyPair }
  | { readonly name: "waitStart"; readonly keyPair: KeyPair; readonly invite: Uint8Array }
  | {
      readonly name: "waitPublicKey";
      readonly keyPair: KeyPair;
      readonly invite: Uint8Array;
      readonly startParameters: Uint8Array;
      readonly start: ProvisioningStart;
    }
  | {
      readonly name: "computeSecret";
      readonly keyPair: KeyPair;
      readonly start: ProvisioningStart;
      readonly inputs: ConfirmationInputs;
    }
  /** A person enters a value on the device. */
  | ({ readonly name: "waitInput" } & Exchange)
  /** output: what a person reads off the device meanwhile. */
  | ({
      readonly name: "waitConfirmation";
      readonly value: OobValue;
      readonly output: OobOutput | undefined;
      readonly confirmer: Confirmer;
    } & Exchange)
  | ({
      readonly name: "waitRandom";
      readonly value: OobValue;
      readonly confirmer: Confirmer;
      readonly peerConfirmation: Uint8Array;
      readonly random: Uint8Array;
    } & Exchange)
  | { readonly name: "waitData"; readonly start: ProvisioningStart; readonly keys: SessionKeys }
  | { readonly name: "complete" }
  /** autopsy: still to be told, when Provisioning Failed has gone out. */
  | { readonly name: "failed"; readonly autopsy: Autopsy | undefined };

/** What goes through the authentication from its beginning to its end. */
export interface Exchange {
  readonly start: ProvisioningStart;
  readonly salt: Uint8Array;
  readonly ecdhSecret: Uint8Array;
}

/** A failure without its explanation, and what an explanation can be found in. */
export interface Autopsy {
  readonly failure: Omit<ProvisioningFailure, "mistake">;
  /** undefined: it was not the confirmation that did not fit. */
  readonly evidence: Evidence | undefined;
}

/** One of the states, by its name. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** The PDU that carries the protocol on from each state; undefined: none that the provisioner sends. */
export const EXPECTED = Object.freeze({
  idle: undefined,
  waitInvite: T.Invite,
  waitStart: T.Start,
  waitPublicKey: T.PublicKey,
  computeSecret: undefined,
  waitInput: undefined,
  waitConfirmation: T.Confirmation,
  waitRandom: T.Random,
  waitData: T.Data,
  complete: undefined,
  failed: undefined,
} as const);

/** Octets of the parameters of all that is expected anywhere; undefined: the algorithm decides. MshPRT 5.4.1. */
export const PARAMETERS_SIZE = Object.freeze({
  [T.Invite]: 1,
  [T.Start]: 5,
  [T.PublicKey]: 64,
  [T.Confirmation]: undefined,
  [T.Random]: undefined,
  [T.Data]: 33,
  [T.RecordRequest]: 6,
  [T.RecordsGet]: 0,
} as const);

/** The types of all that is expected anywhere. */
export type ExpectedType = keyof typeof PARAMETERS_SIZE;

const PDU_NAMES = Object.freeze([
  "Invite",
  "Capabilities",
  "Start",
  "Public Key",
  "Input Complete",
  "Confirmation",
  "Random",
  "Data",
  "Complete",
  "Failed",
  "Record Request",
  "Record Response",
  "Records Get",
  "Records List",
] as const);

/** The specification's name of a Provisioning PDU, without the word Provisioning. MshPRT 5.4.1. */
export function pduName(type: number): string {
  return PDU_NAMES[type] ?? "a PDU of unknown type";
}

/** Overwrite the secrets of a state from which nothing is handed on. */
export function wipeState(state: State): void {
  switch (state.name) {
    case "waitInvite":
    case "waitStart":
    case "waitPublicKey":
    case "computeSecret":
      wipe(state.keyPair.privateKey);
      break;
    case "waitInput":
      wipe(state.ecdhSecret);
      break;
    case "waitConfirmation":
      state.confirmer.wipe();
      wipe(state.ecdhSecret);
      break;
    case "waitRandom":
      state.confirmer.wipe();
      wipe(state.ecdhSecret, state.random);
      break;
    case "failed":
      if (state.autopsy?.evidence !== undefined) wipeEvidence(state.autopsy.evidence);
      break;
    case "waitData":
      wipe(state.keys.sessionKey, state.keys.sessionNonce, state.keys.deviceKey);
      break;
  }
}
