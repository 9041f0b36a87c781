/** HCI events: what a controller tells its host. Core Specification, Vol 4, Part E, 7.7. */

import { getUint16LE, octet } from "../../../modules/bytes.js";

/** Event codes, and subevent codes of LE Meta. */
export const EventCode = Object.freeze({
  DisconnectionComplete: 0x05,
  CommandComplete: 0x0e,
  CommandStatus: 0x0f,
  HardwareError: 0x10,
  NumberOfCompletedPackets: 0x13,
  LeMeta: 0x3e,
} as const);
export const LeEventCode = Object.freeze({
  ConnectionComplete: 0x01,
  AdvertisingReport: 0x02,
  LongTermKeyRequest: 0x05,
} as const);

/** The fate of a command. Core Specification, Vol 1, Part F. */
export const Status = Object.freeze({
  Success: 0x00,
  UnknownCommand: 0x01,
  UnknownConnection: 0x02,
  ConnectionLimit: 0x09,
  Disallowed: 0x0c,
  InvalidParameters: 0x12,
} as const);

/** How many packets of one connection have left the controller. */
export interface Completed {
  readonly handle: number;
  readonly packets: number;
}

/** One advertisement. type: 7.7.65.2; data: borrowed; rssi: dBm. */
export interface Report {
  readonly type: number;
  readonly data: Uint8Array;
  readonly rssi: number;
}

/** What this host understands. status: 0 is success; handle: of a connection; octets are borrowed. */
export type HciEvent =
  /** returned: the command's return parameters, the status first; credits: commands that may be sent now. */
  | {
      readonly kind: "commandComplete";
      readonly credits: number;
      readonly opcode: number;
      readonly returned: Uint8Array;
    }
  | {
      readonly kind: "commandStatus";
      readonly status: number;
      readonly credits: number;
      readonly opcode: number;
    }
  /** isPeripheral: the other side has connected. */
  | {
      readonly kind: "connected";
      readonly status: number;
      readonly handle: number;
      readonly isPeripheral: boolean;
    }
  | { readonly kind: "disconnected"; readonly status: number; readonly handle: number }
  | { readonly kind: "completedPackets"; readonly completed: readonly Completed[] }
  | { readonly kind: "reports"; readonly reports: readonly Report[] }
  | { readonly kind: "longTermKeyRequest"; readonly handle: number }
  | { readonly kind: "hardwareError"; readonly code: number };

/** Octets before the data of a report: type, address type, address, length. 7.7.65.2. */
const REPORT_HEADER = 9;
const HANDLE_MASK = 0x0fff;
const ROLE_PERIPHERAL = 1;

/** undefined: malformed, or of no use here. packet: an event without its packet type. */
export function decodeEvent(packet: Uint8Array): HciEvent | undefined {
  if (packet.length < 2) return undefined;
  const parameters = packet.subarray(2);
  const { length } = parameters;
  switch (octet(packet, 0)) {
    case EventCode.CommandComplete:
      return length < 3 ? undefined : commandComplete(parameters);
    case EventCode.CommandStatus:
      return length < 4 ? undefined : commandStatus(parameters);
    case EventCode.DisconnectionComplete:
      if (length < 4) return undefined;
      return { kind: "disconnected", status: octet(parameters, 0), handle: handleAt(parameters, 1) };
    case EventCode.NumberOfCompletedPackets:
      return completedPackets(parameters);
    case EventCode.HardwareError:
      return length < 1 ? undefined : { kind: "hardwareError", code: octet(parameters, 0) };
    case EventCode.LeMeta:
      return length < 1 ? undefined : decodeLeEvent(octet(parameters, 0), parameters.subarray(1));
    default:
      return undefined;
  }
}

/** 12 bits of a handle; the other four are flags. */
export function handleAt(octets: Uint8Array, offset: number): number {
  return getUint16LE(octets, offset) & HANDLE_MASK;
}

function commandComplete(parameters: Uint8Array): HciEvent {
  return {
    kind: "commandComplete",
    credits: octet(parameters, 0),
    opcode: getUint16LE(parameters, 1),
    returned: parameters.subarray(3),
  };
}

function commandStatus(parameters: Uint8Array): HciEvent {
  return {
    kind: "commandStatus",
    status: octet(parameters, 0),
    credits: octet(parameters, 1),
    opcode: getUint16LE(parameters, 2),
  };
}

function completedPackets(parameters: Uint8Array): HciEvent | undefined {
  const count = parameters[0] ?? 0;
  if (parameters.length < 1 + 4 * count) return undefined;
  const completed: Completed[] = [];
  for (let at = 1; at < 1 + 4 * count; at += 4) {
    completed.push({ handle: handleAt(parameters, at), packets: getUint16LE(parameters, at + 2) });
  }
  return { kind: "completedPackets", completed };
}

function decodeLeEvent(code: number, parameters: Uint8Array): HciEvent | undefined {
  const { length } = parameters;
  switch (code) {
    case LeEventCode.ConnectionComplete: {
      if (length < 4) return undefined;
      const isPeripheral = octet(parameters, 3) === ROLE_PERIPHERAL;
      const handle = handleAt(parameters, 1);
      return { kind: "connected", status: octet(parameters, 0), handle, isPeripheral };
    }
    case LeEventCode.AdvertisingReport:
      return reports(parameters);
    case LeEventCode.LongTermKeyRequest:
      return length < 2 ? undefined : { kind: "longTermKeyRequest", handle: handleAt(parameters, 0) };
    default:
      return undefined;
  }
}

/** Reports one after another, each whole, as controllers send them. */
function reports(parameters: Uint8Array): HciEvent | undefined {
  const found: Report[] = [];
  let at = 1;
  for (let left = parameters[0] ?? 0; left > 0; left--) {
    const length = parameters[at + REPORT_HEADER - 1];
    const end = at + REPORT_HEADER + (length ?? 0);
    const strength = parameters[end];
    if (length === undefined || strength === undefined) return undefined;
    const data = parameters.subarray(at + REPORT_HEADER, end);
    found.push({ type: octet(parameters, at), data, rssi: (strength << 24) >> 24 });
    at = end + 1;
  }
  return { kind: "reports", reports: found };
}
