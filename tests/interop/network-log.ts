/** What was on the air, read with the network's keys. */

import type { Air, Transmission } from "./bluez/air.js";
import type { Provisioner } from "./bluez/provisioner.js";
import { type NetworkKeys, type NetworkPdu, openNetworkPdu } from "./mesh-security.js";

/** A network PDU, once for each time that it was sent. from: who sent it, not always its source. */
export interface SentPdu extends NetworkPdu {
  readonly from: string;
}

/** AD type of a network PDU. MshPRT 3.3.1. */
const MESH_MESSAGE = 0x2a;

/** The primary NetKey of a provisioner's network, the new one while it is refreshed. */
export async function primaryNetKey({ keyRing }: Provisioner): Promise<Buffer> {
  const netKey = (await keyRing.export()).netKeys.get(0);
  if (netKey === undefined) throw new Error("there is no primary NetKey");
  return netKey;
}

/** What this transmission carries; undefined: no network PDU, or one of another network. IV index: 0. */
export function readNetworkPdu({ from, ad }: Transmission, keys: NetworkKeys): SentPdu | undefined {
  if (ad[1] !== MESH_MESSAGE) return undefined;
  const pdu = openNetworkPdu(ad.subarray(2), keys, 0);
  return pdu === undefined ? undefined : { from, ...pdu };
}

/** Everything so far, in order. */
export function networkPdus(air: Air, keys: NetworkKeys): readonly SentPdu[] {
  return air.sent.seen.flatMap((sent) => readNetworkPdu(sent, keys) ?? []);
}

/** The first network PDU from now on that `accept` takes. */
export function nextPdu(
  air: Air,
  keys: NetworkKeys,
  accept: (pdu: SentPdu) => boolean,
  timeoutMs = 10_000,
): Promise<SentPdu> {
  return air.sent.next("a network PDU", timeoutMs, (sent) => {
    const pdu = readNetworkPdu(sent, keys);
    return pdu !== undefined && accept(pdu) ? pdu : undefined;
  });
}
