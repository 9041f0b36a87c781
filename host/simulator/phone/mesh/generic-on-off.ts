/** The messages of a Generic OnOff Client. MshMDL 3.2.1. */

import { octet } from "../../../../modules/bytes.js";
import { accessMessage, splitOpcode } from "./opcode.js";

/** The server, as a model identifier. MshMDL 7.3. */
export const GENERIC_ON_OFF_SERVER = 0x1000;
/** The client, as a model identifier. MshMDL 7.3. */
export const GENERIC_ON_OFF_CLIENT = 0x1001;

/** Their opcodes. MshMDL 7.1. */
export const OnOffOpcode = Object.freeze({
  Get: 0x8201,
  Set: 0x8202,
  SetUnacknowledged: 0x8203,
  Status: 0x8204,
} as const);

/** transition: the octet of Generic Default Transition Time; delay: in 5 ms. */
export interface OnOffTransition {
  readonly transition: number;
  readonly delay: number;
}

/** target, remaining: only during a transition. */
export interface OnOffStatus {
  readonly present: number;
  readonly target?: number;
  readonly remaining?: number;
}

/** Generic OnOff Get. MshMDL 3.2.1.1. */
export function onOffGet(): Uint8Array {
  return accessMessage(OnOffOpcode.Get);
}

/** Generic OnOff Set. MshMDL 3.2.1.2. */
export function onOffSet(onOff: number, tid: number, transition?: OnOffTransition): Uint8Array {
  return accessMessage(OnOffOpcode.Set, setParameters(onOff, tid, transition));
}

/** Generic OnOff Set Unacknowledged. MshMDL 3.2.1.3. */
export function onOffSetUnacknowledged(onOff: number, tid: number, transition?: OnOffTransition): Uint8Array {
  return accessMessage(OnOffOpcode.SetUnacknowledged, setParameters(onOff, tid, transition));
}

/** Generic OnOff Status. MshMDL 3.2.1.4. */
export function onOffStatus({ present, target, remaining }: OnOffStatus): Uint8Array {
  const changing = target === undefined || remaining === undefined ? [] : [target, remaining];
  return accessMessage(OnOffOpcode.Status, new Uint8Array([present, ...changing]));
}

/** Throws RangeError when it is no Generic OnOff Status. */
export function decodeOnOffStatus(message: Uint8Array): OnOffStatus {
  const { opcode, parameters } = splitOpcode(message);
  const { length } = parameters;
  if (opcode !== OnOffOpcode.Status || (length !== 1 && length !== 3))
    throw new RangeError("no Generic OnOff Status");
  const present = octet(parameters, 0);
  return length === 1
    ? { present }
    : { present, target: octet(parameters, 1), remaining: octet(parameters, 2) };
}

function setParameters(onOff: number, tid: number, changing?: OnOffTransition): Uint8Array {
  return new Uint8Array([
    onOff,
    tid,
    ...(changing === undefined ? [] : [changing.transition, changing.delay]),
  ]);
}
