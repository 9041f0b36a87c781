/**
 * The messages of a Mesh Private Beacon Client and an On-Demand Private Proxy Client, values unchecked. Statuses:
 * `decodeStatus` in config-status.ts. MshPRT 4.3.5, 4.3.7.
 */

import { accessMessage, littleEndian } from "./opcode.js";

/** Private Beacon Get. */
export function privateBeaconGet(): Uint8Array {
  return accessMessage(0x8060);
}

/** Private Beacon Set; updateSteps: of 10 s; left out: as it is. */
export function privateBeaconSet(state: number, updateSteps?: number): Uint8Array {
  return accessMessage(0x8061, new Uint8Array(updateSteps === undefined ? [state] : [state, updateSteps]));
}

/** Private GATT Proxy Get. */
export function privateGattProxyGet(): Uint8Array {
  return accessMessage(0x8063);
}

/** Private GATT Proxy Set. */
export function privateGattProxySet(state: number): Uint8Array {
  return accessMessage(0x8064, new Uint8Array([state]));
}

/** Private Node Identity Get. */
export function privateNodeIdentityGet(netKeyIndex: number): Uint8Array {
  return accessMessage(0x8066, littleEndian(netKeyIndex, 2));
}

/** Private Node Identity Set. */
export function privateNodeIdentitySet(netKeyIndex: number, identity: number): Uint8Array {
  return accessMessage(0x8067, littleEndian(netKeyIndex, 2), new Uint8Array([identity]));
}

/** On-Demand Private GATT Proxy Get. */
export function onDemandPrivateProxyGet(): Uint8Array {
  return accessMessage(0x8069);
}

/** On-Demand Private GATT Proxy Set; 0 seconds: off. */
export function onDemandPrivateProxySet(seconds: number): Uint8Array {
  return accessMessage(0x806a, new Uint8Array([seconds]));
}
