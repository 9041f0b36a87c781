/** What a beacon of a subnet has to say now. MshPRT 3.10.3, 3.10.4. */

import type { IvIndex } from "./iv-index.js";
import type { SecureNetworkBeaconFields } from "./secure-beacon-pdu.js";
import type { NetworkKey, Subnet } from "./subnet.js";

/** Its fields, and the key that it is made with. */
export interface BeaconState extends SecureNetworkBeaconFields {
  readonly key: NetworkKey;
}

export function beaconStateOf({ transmitKey, phase }: Subnet, { current, updating }: IvIndex): BeaconState {
  return { key: transmitKey, keyRefresh: phase === 2, ivUpdate: updating, ivIndex: current };
}

/** Whether whoever has heard the one knows the other. undefined: nothing has been heard. */
export function isSameState(a: BeaconState | undefined, b: BeaconState): boolean {
  return (
    a?.key === b.key && a.keyRefresh === b.keyRefresh && a.ivUpdate === b.ivUpdate && a.ivIndex === b.ivIndex
  );
}
