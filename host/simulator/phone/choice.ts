/** What the provisioner chooses from a device's capabilities: algorithm and authentication. MshPRT 5.4.1.2, 5.4.2.3. */

import { getUint32BE } from "../../../modules/bytes.js";
import type { Random } from "../../../modules/platform.js";
import type { Capabilities } from "./pdu.js";
import { Algorithm, type OobValue } from "./security.js";

/** What the device is asked to show, or the user to enter there. action: bit number; size: digits or letters. */
export interface OobRequest {
  readonly action: number;
  readonly size: number;
}

/**
 * How to authenticate. action: by default the last one that the device offers; size: by default all it offers,
 * but 1 where events are counted.
 */
export type Authentication =
  | { readonly method: "none" }
  | { readonly method: "static"; readonly value: OobValue }
  | {
      readonly method: "output";
      readonly action?: number;
      readonly size?: number;
      /** The user looks at the device; what is seen goes to `answer`, now or later. */
      readonly ask: (request: OobRequest, answer: (value: OobValue) => void) => void;
    }
  | {
      readonly method: "input";
      readonly action?: number;
      readonly size?: number;
      /** Random unless given. */
      readonly value?: OobValue;
      /** The user enters this value on the device. */
      readonly show: (request: OobRequest, value: OobValue) => void;
    };

/** Values of the Start PDU's Authentication Method field. MshPRT 5.4.1.3. */
export const AuthenticationMethod = Object.freeze({ none: 0, static: 1, output: 2, input: 3 } as const);

/** Whether the capabilities hold nothing that a device must not say of itself; reserved bits are ignored. MshPRT 5.4.1.2. */
export function isPermitted(capabilities: Capabilities): boolean {
  const { numberOfElements, oobType, algorithms, outputOobSize, inputOobSize } = capabilities;
  if (numberOfElements === 0) return false;
  if ((oobType & 2) === 0) return true;
  return (algorithms & 1) === 0 && ((oobType & 1) === 1 || outputOobSize !== 0 || inputOobSize !== 0);
}

/** The algorithm for the Start PDU; undefined: the device does not offer it. MshPRT 5.4.2.3. */
export function chooseAlgorithm(
  wanted: "strongest" | Algorithm,
  capabilities: Capabilities,
): Algorithm | undefined {
  const { algorithms } = capabilities;
  if (wanted !== "strongest") return (algorithms >> wanted) & 1 ? wanted : undefined;
  if (algorithms & 2) return Algorithm.Hmac;
  return algorithms & 1 ? Algorithm.Cmac : undefined;
}

/** The action and size for the Start PDU; undefined: the device does not offer that. MshPRT 5.4.1.2, 5.4.1.3. */
export function agreeOnOob(
  authentication: Authentication,
  capabilities: Capabilities,
): OobRequest | undefined {
  const nothing = { action: 0, size: 0 };
  switch (authentication.method) {
    case "none":
      return capabilities.oobType & 2 ? undefined : nothing;
    case "static":
      return capabilities.oobType & 1 ? nothing : undefined;
    case "output":
      return choose(authentication, capabilities.outputOobAction & 0x1f, capabilities.outputOobSize, 3);
    default:
      return choose(authentication, capabilities.inputOobAction & 0x0f, capabilities.inputOobSize, 2);
  }
}

/** A value for the user to enter at the device. MshPRT 5.4.2.4.4. */
export function drawInputValue(request: OobRequest, random: Random): OobValue {
  if (request.action === 3) {
    let text = "";
    while (text.length < request.size)
      text += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".charAt(draw(36, random));
    return text;
  }
  const values = 10 ** request.size;
  // Pushes and turns are counted, so there is at least one; a number that is typed may be all zeros.
  return request.action < 2 ? 1 + draw(values - 1, random) : draw(values, random);
}

function choose(
  wanted: { readonly action?: number; readonly size?: number },
  actions: number,
  maximumSize: number,
  firstDisplayed: number,
): OobRequest | undefined {
  // Sizes above 8 are reserved: a provisioner does not use what it does not understand.
  if (maximumSize < 1 || maximumSize > 8 || actions === 0) return undefined;
  const action = wanted.action ?? 31 - Math.clz32(actions);
  const size = wanted.size ?? (action < firstDisplayed ? 1 : maximumSize);
  return (actions >> action) & 1 && size >= 1 && size <= maximumSize ? { action, size } : undefined;
}

/** An integer from 0 to values - 1, all equally likely. */
function draw(values: number, random: Random): number {
  const octets = new Uint8Array(4);
  const usable = 0x100000000 - (0x100000000 % values);
  for (let drawn = 0; drawn < 100; drawn++) {
    random.fill(octets);
    const value = getUint32BE(octets, 0);
    if (value < usable) return value % values;
  }
  throw new RangeError("the random octets never make a number");
}
