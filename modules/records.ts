/**
 * The one table of what is kept in storage. A record begins with the version of its layout; its numbers are
 * big-endian. Whoever owns a state writes its record before it acknowledges the change.
 *
 *   key     owner   octets
 *   node    node    version 1, NetKey 16, NetKey index 2, flags 1, IV index 4, unicast address 2, device key 16
 *   backoff BackOff version 1, failed authentications in a row 1
 */

import { getUint16BE, getUint32BE, octet, setUint16BE, setUint32BE } from "./bytes.js";

/** The keys of the records. */
export const RecordKey = Object.freeze({ Node: "node", BackOff: "backoff" } as const);

/** What provisioning gave the node: its first network and its identity there. MshPRT 5.4.2.5, 3.9.6.1. */
export interface NodeRecord {
  /** 16 octets. */
  readonly netKey: Uint8Array;
  /** 000 to fff. */
  readonly netKeyIndex: number;
  /** The NetKey is the new one of a key refresh in phase 2. */
  readonly keyRefresh: boolean;
  readonly ivUpdate: boolean;
  readonly ivIndex: number;
  /** Of the primary element. */
  readonly unicastAddress: number;
  /** 16 octets. */
  readonly deviceKey: Uint8Array;
}

const NODE_RECORD_VERSION = 1;
const NODE_RECORD_SIZE = 42;

/** The record as it is stored; holds keys, so wipe it after use. */
export function encodeNodeRecord(node: NodeRecord): Uint8Array {
  const record = new Uint8Array(NODE_RECORD_SIZE);
  record[0] = NODE_RECORD_VERSION;
  record.set(node.netKey, 1);
  setUint16BE(record, 17, node.netKeyIndex);
  record[19] = (node.keyRefresh ? 0x01 : 0) | (node.ivUpdate ? 0x02 : 0);
  setUint32BE(record, 20, node.ivIndex);
  setUint16BE(record, 24, node.unicastAddress);
  record.set(node.deviceKey, 26);
  return record;
}

/** undefined: of another version, or damaged. */
export function decodeNodeRecord(record: Uint8Array): NodeRecord | undefined {
  if (record.length !== NODE_RECORD_SIZE || octet(record, 0) !== NODE_RECORD_VERSION) return undefined;
  const netKeyIndex = getUint16BE(record, 17);
  const flags = octet(record, 19);
  const unicastAddress = getUint16BE(record, 24);
  if (netKeyIndex > 0xfff || flags > 0x03 || unicastAddress === 0 || unicastAddress > 0x7fff)
    return undefined;
  return {
    netKey: record.slice(1, 17),
    netKeyIndex,
    keyRefresh: (flags & 0x01) !== 0,
    ivUpdate: (flags & 0x02) !== 0,
    ivIndex: getUint32BE(record, 20),
    unicastAddress,
    deviceKey: record.slice(26, 42),
  };
}

const FAILURE_COUNT_VERSION = 1;

/** The record of BackOff. count: 0 to 255. */
export function encodeFailureCount(count: number): Uint8Array {
  return new Uint8Array([FAILURE_COUNT_VERSION, count]);
}

/** A record that makes no sense counts as one failure: whoever damaged it gains nothing by it. */
export function decodeFailureCount(record: Uint8Array): number {
  return record.length === 2 && record[0] === FAILURE_COUNT_VERSION ? octet(record, 1) : 1;
}
