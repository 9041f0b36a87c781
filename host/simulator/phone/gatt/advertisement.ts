/** What a mesh device says of itself in a connectable advertisement. MshPRT 7.1.2.2, 7.2.2.2. */

import { getUint16LE, octet } from "../../../../modules/bytes.js";

/** The mesh services, by their 16-bit UUIDs. Assigned Numbers, 3.4. */
export const MeshService = Object.freeze({ Provisioning: 0x1827, Proxy: 0x1828 } as const);

const AdType = Object.freeze({ IncompleteUuids: 0x02, CompleteUuids: 0x03, ServiceData: 0x16 } as const);

/** Octet strings are the reader's own. oobInformation: least significant octet first, as GATT has it. */
export type MeshAdvertisement =
  | { readonly kind: "unprovisioned"; readonly deviceUuid: Uint8Array; readonly oobInformation: number }
  | { readonly kind: "networkId"; readonly networkId: Uint8Array }
  | { readonly kind: Identification; readonly hash: Uint8Array; readonly random: Uint8Array };

/** The kinds that only somebody with the key can tell. MshPRT 7.2.2.2.3-5. */
export type Identification = "nodeIdentity" | "privateNetworkIdentity" | "privateNodeIdentity";

const IDENTIFICATIONS: readonly Identification[] = Object.freeze([
  "nodeIdentity",
  "privateNetworkIdentity",
  "privateNodeIdentity",
]);

/**
 * What the AD structures say; undefined: nothing of a mesh. Both the list of UUIDs and the service data are needed, as
 * phones filter by the first and read the second.
 */
export function decodeMeshAdvertisement(data: Uint8Array): MeshAdvertisement | undefined {
  const listed: number[] = [];
  let service: Uint8Array | undefined;
  for (const [type, payload] of structuresOf(data)) {
    if (type === AdType.ServiceData && payload.length >= 2) service = payload;
    if (type !== AdType.IncompleteUuids && type !== AdType.CompleteUuids) continue;
    for (let at = 0; at + 1 < payload.length; at += 2) listed.push(getUint16LE(payload, at));
  }
  if (service === undefined || !listed.includes(getUint16LE(service, 0))) return undefined;
  const about = service.slice(2);
  return getUint16LE(service, 0) === MeshService.Provisioning ? unprovisioned(about) : identified(about);
}

/** The AD structures as they stand: type and payload, views. What cannot be read ends the list. */
export function structuresOf(data: Uint8Array): readonly (readonly [type: number, payload: Uint8Array])[] {
  const structures: [number, Uint8Array][] = [];
  for (let at = 0; at + 1 < data.length; ) {
    const end = at + 1 + octet(data, at);
    if (end === at + 1 || end > data.length) break;
    structures.push([octet(data, at + 1), data.subarray(at + 2, end)]);
    at = end;
  }
  return structures;
}

function unprovisioned(about: Uint8Array): MeshAdvertisement | undefined {
  if (about.length !== 18) return undefined;
  return { kind: "unprovisioned", deviceUuid: about.slice(0, 16), oobInformation: getUint16LE(about, 16) };
}

function identified(about: Uint8Array): MeshAdvertisement | undefined {
  if (about.length === 9 && octet(about, 0) === 0) return { kind: "networkId", networkId: about.slice(1) };
  const kind = about.length === 17 ? IDENTIFICATIONS[octet(about, 0) - 1] : undefined;
  return kind && { kind, hash: about.slice(1, 9), random: about.slice(9) };
}
