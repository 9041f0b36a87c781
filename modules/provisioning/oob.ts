/** AuthValue: what both sides must know beforehand, or learn from a person. MshPRT 5.4.2.4.1. */

import { AuthenticationMethod, type ProvisioningStart } from "./pdu.js";
import { confirmationSize } from "./session.js";

/**
 * AuthValue without anybody's help: zero for No OOB, and the static value from the left, padded with zeros or cut.
 * 16 octets, 32 with HMAC; undefined: this method has no such value. MshPRT 5.4.2.4.1, 5.4.2.4.5.
 */
export function knownAuthValue(
  start: ProvisioningStart,
  staticOob: Uint8Array | undefined,
): Uint8Array | undefined {
  const authValue = new Uint8Array(confirmationSize(start.algorithm));
  switch (start.authenticationMethod) {
    case AuthenticationMethod.NoOob:
      return authValue;
    case AuthenticationMethod.StaticOob:
      if (staticOob === undefined) return undefined;
      authValue.set(staticOob.subarray(0, authValue.length));
      return authValue;
    default:
      return undefined;
  }
}
