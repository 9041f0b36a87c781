/** What a node does that a beacon has told something, of whichever kind it is. MshPRT 3.11.4, 3.11.5. */

import type { DropReason } from "../platform.js";
import type { IvIndex } from "./iv-index.js";
import type { NetKeys } from "./net-keys.js";
import type { SecureNetworkBeaconFields } from "./secure-beacon-pdu.js";
import type { NetworkKey, Subnet } from "./subnet.js";

const PRIMARY_NET_KEY_INDEX = 0;

/** By whom the beacon was authenticated. */
interface Authentication {
  readonly subnet: Subnet;
  readonly key: NetworkKey;
}

/** Whether it is to be ignored, then the key refresh flag, then the IV Index. A reason: the rest of it is ignored. */
export function obeyBeacon(
  { netKeys, ivIndex }: { readonly netKeys: NetKeys; readonly ivIndex: IvIndex },
  beacon: SecureNetworkBeaconFields,
  { subnet, key }: Authentication,
): DropReason | undefined {
  const isPrimary = subnet.netKeyIndex === PRIMARY_NET_KEY_INDEX;
  const memberOfPrimary = netKeys.get(PRIMARY_NET_KEY_INDEX) !== undefined;
  return (
    ivIndex.reasonToIgnore(beacon.ivIndex, isPrimary, memberOfPrimary) ??
    netKeys.beaconFlag(subnet, key, beacon.keyRefresh) ??
    ivIndex.observe(beacon.ivIndex, beacon.ivUpdate, isPrimary, memberOfPrimary)
  );
}
