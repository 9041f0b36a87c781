/** What a tap between a device and its controller tells of a conversation over GATT: how long, and whose time it was. */

import { H4 } from "../interop/gatt/h4.js";
import type { TappedPacket } from "../interop/gatt/tap.js";

/** In milliseconds. */
export interface GattTimes {
  readonly totalMs: number;
  /** The part that passed before each packet of the device: since the packet before, whoever sent that. */
  readonly oursMs: number;
}

const LE_META = 0x3e;
const LE_CONNECTION_COMPLETE = 0x01;
const LE_ENHANCED_CONNECTION_COMPLETE = 0x0a;

/** A Provisioning Complete PDU, alone in a notification, with the lengths of ACL, L2CAP and ATT. MshPRT 5.4.1.9. */
const COMPLETE = Buffer.from("0308", "hex");

/** From the connection, as the device learns of it, to Provisioning Complete; undefined: it was not completed. */
export function readProvisioning(log: readonly TappedPacket[]): GattTimes | undefined {
  const first = log.findIndex(isConnection);
  const last = log.findIndex(
    ({ from, packet }) => from === "host" && isAcl(packet) && packet.subarray(12).equals(COMPLETE),
  );
  const [begin, end] = [log[first], log[last]];
  if (begin === undefined || end === undefined) return undefined;
  const { oursMs } = readExchange(log.slice(first, last + 1));
  return { totalMs: end.tMs - begin.tMs, oursMs };
}

/** Questions and answers: from the first thing that the device hears to the last that it says. */
export function readExchange(log: readonly TappedPacket[]): GattTimes {
  const all = log.filter((each) => isAcl(each.packet) || isConnection(each));
  const said = all.slice(all.findIndex(({ from }) => from === "controller"));
  const last = said.findLastIndex(({ from }) => from === "host");
  let previous = said[0];
  let oursMs = 0;
  for (const each of said.slice(0, last + 1)) {
    if (each.from === "host" && previous !== undefined) oursMs += each.tMs - previous.tMs;
    previous = each;
  }
  return { totalMs: (said[last]?.tMs ?? 0) - (said[0]?.tMs ?? 0), oursMs };
}

function isAcl(packet: Buffer): boolean {
  return packet[0] === H4.Acl;
}

function isConnection({ from, packet }: TappedPacket): boolean {
  const [indicator, code, , subevent, status] = packet;
  const isMade = subevent === LE_CONNECTION_COMPLETE || subevent === LE_ENHANCED_CONNECTION_COMPLETE;
  return from === "controller" && indicator === H4.Event && code === LE_META && isMade && status === 0;
}
