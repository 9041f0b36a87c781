/** Proxy configuration messages in clear. MshPRT 6.6. */

import { getUint16BE, octet, setUint16BE } from "../bytes.js";
import type { DropReason } from "../platform.js";
import { FilterType } from "./proxy-filter.js";

/** MshPRT 6.6, table 6.5; without those of directed forwarding. */
export const ProxyOpcode = Object.freeze({
  SetFilterType: 0x00,
  AddAddressesToFilter: 0x01,
  RemoveAddressesFromFilter: 0x02,
  FilterStatus: 0x03,
} as const);

/** Octets of a Filter Status. */
export const FILTER_STATUS_SIZE = 4;

/** In one message. MshPRT 6.6.2. */
const MAX_ADDRESSES = 5;

/** What a client asks for. */
export type ProxyRequest =
  | { readonly opcode: typeof ProxyOpcode.SetFilterType; readonly filterType: FilterType }
  | {
      readonly opcode: typeof ProxyOpcode.AddAddressesToFilter | typeof ProxyOpcode.RemoveAddressesFromFilter;
      readonly addresses: readonly number[];
    };

/** The request in a TransportPDU of at least one octet; a reason: it is none, and to be ignored. */
export function decodeProxyRequest(transportPdu: Uint8Array): ProxyRequest | DropReason {
  const opcode = octet(transportPdu, 0);
  const parameters = transportPdu.subarray(1);
  switch (opcode) {
    case ProxyOpcode.SetFilterType: {
      if (parameters.length !== 1) return "badLength";
      const filterType = octet(parameters, 0);
      const isKnown = filterType === FilterType.Accept || filterType === FilterType.Reject;
      return isKnown ? { opcode, filterType } : "prohibitedValue";
    }
    case ProxyOpcode.AddAddressesToFilter:
    case ProxyOpcode.RemoveAddressesFromFilter: {
      if (parameters.length % 2 !== 0 || parameters.length > 2 * MAX_ADDRESSES) return "badLength";
      const addresses: number[] = [];
      for (let at = 0; at < parameters.length; at += 2) addresses.push(getUint16BE(parameters, at));
      return { opcode, addresses };
    }
    case ProxyOpcode.FilterStatus:
      return "unexpectedMessage";
    default:
      return "reservedOpcode";
  }
}

/** Into at least 4 octets. listSize: addresses. MshPRT 6.6.4. */
export function encodeFilterStatus(filterType: FilterType, listSize: number, target: Uint8Array): void {
  target[0] = ProxyOpcode.FilterStatus;
  target[1] = filterType;
  setUint16BE(target, 2, listSize);
}
