/** The messages of the Generic OnOff models. Mesh Model specification, 3.2.1. */

import type { MessageFormat } from "../access/model.js";
import { octet } from "../bytes.js";
import { DELAY_STEP_MS, decodeTransitionTime, encodeTransitionTime } from "./transition-time.js";

/** Assigned Numbers. */
export const GenericOnOffModelId = Object.freeze({ Server: 0x1000, Client: 0x1001 } as const);

/** Mesh Model specification, 7.1. */
export const GenericOnOffOpcode = Object.freeze({
  Get: 0x8201,
  Set: 0x8202,
  SetUnacknowledged: 0x8203,
  Status: 0x8204,
} as const);

/** What the server takes. */
export const SERVER_MESSAGES: readonly MessageFormat[] = Object.freeze([
  Object.freeze({ opcode: GenericOnOffOpcode.Get, minLength: 0, maxLength: 0 }),
  Object.freeze({ opcode: GenericOnOffOpcode.Set, minLength: 2, maxLength: 4 }),
  Object.freeze({ opcode: GenericOnOffOpcode.SetUnacknowledged, minLength: 2, maxLength: 4 }),
]);

/** What the client takes. */
export const CLIENT_MESSAGES: readonly MessageFormat[] = Object.freeze([
  Object.freeze({ opcode: GenericOnOffOpcode.Status, minLength: 1, maxLength: 3 }),
]);

/** Generic OnOff Set, acknowledged or not. 3.2.1.2. */
export interface GenericOnOffSet {
  readonly isOn: boolean;
  /** Transaction identifier. */
  readonly tid: number;
  /** undefined: at once, and without a delay. */
  readonly transition: { readonly timeMs: number; readonly delayMs: number } | undefined;
}

/** undefined: a length or a value that is prohibited. */
export function decodeGenericOnOffSet(parameters: Uint8Array): GenericOnOffSet | undefined {
  // Both of the optional fields, or neither.
  if (parameters.length !== 2 && parameters.length !== 4) return undefined;
  const isOn = decodeOnOff(octet(parameters, 0));
  if (isOn === undefined) return undefined;
  const tid = octet(parameters, 1);
  if (parameters.length === 2) return { isOn, tid, transition: undefined };
  const timeMs = decodeTransitionTime(octet(parameters, 2));
  if (timeMs === undefined) return undefined;
  return { isOn, tid, transition: { timeMs, delayMs: octet(parameters, 3) * DELAY_STEP_MS } };
}

/** Times are rounded up to what the fields can say; for longer ones, they say the longest that they can. */
export function encodeGenericOnOffSet({ isOn, tid, transition }: GenericOnOffSet): Uint8Array {
  const parameters = new Uint8Array(transition === undefined ? 2 : 4);
  parameters[0] = isOn ? 1 : 0;
  parameters[1] = tid;
  if (transition !== undefined) {
    parameters[2] = encodeTransitionTime(transition.timeMs);
    const steps = (transition.delayMs + DELAY_STEP_MS - 1) / DELAY_STEP_MS;
    parameters[3] = steps < 0xff ? steps : 0xff;
  }
  return parameters;
}

/** Generic OnOff Status. 3.2.1.4. */
export interface GenericOnOffStatus {
  readonly isOn: boolean;
  /** undefined: no transition is under way. remainingMs, undefined: it is not known how long it takes. */
  readonly transition: { readonly target: boolean; readonly remainingMs: number | undefined } | undefined;
}

/** undefined: a length or a value that is prohibited. */
export function decodeGenericOnOffStatus(parameters: Uint8Array): GenericOnOffStatus | undefined {
  if (parameters.length !== 1 && parameters.length !== 3) return undefined;
  const isOn = decodeOnOff(octet(parameters, 0));
  if (isOn === undefined) return undefined;
  if (parameters.length === 1) return { isOn, transition: undefined };
  const target = decodeOnOff(octet(parameters, 1));
  if (target === undefined) return undefined;
  return { isOn, transition: { target, remainingMs: decodeTransitionTime(octet(parameters, 2)) } };
}

/** remainingMs is rounded up to what the field can say. */
export function encodeGenericOnOffStatus({ isOn, transition }: GenericOnOffStatus): Uint8Array {
  const parameters = new Uint8Array(transition === undefined ? 1 : 3);
  parameters[0] = isOn ? 1 : 0;
  if (transition !== undefined) {
    const { target, remainingMs } = transition;
    parameters[1] = target ? 1 : 0;
    parameters[2] = remainingMs === undefined ? 0x3f : encodeTransitionTime(remainingMs);
  }
  return parameters;
}

function decodeOnOff(value: number): boolean | undefined {
  if (value > 1) return undefined;
  return value === 1;
}
