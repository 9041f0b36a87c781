/** Bringing a controller up: Reset, what it is to report, what it can do. Core Specification, Vol 4, Part E. */

import { getUint16LE, octet } from "../../../modules/bytes.js";
import {
  AdvertisingType,
  type Command,
  Opcode,
  read,
  reset,
  setAdvertisingParameters,
  setEventMask,
  setLeEventMask,
  setRandomAddress,
  setScanParameters,
  suggestLongPackets,
} from "./commands.js";
import type { Controller } from "./controller.js";
import { Status } from "./events.js";

/** What a controller can do. */
export interface Abilities {
  /** Octets of data in one ACL packet to it. */
  readonly aclLength: number;
  /** ACL packets that it has room for. */
  readonly aclPackets: number;
  /** The shortest interval of non-connectable advertising. */
  readonly shortestIntervalMs: number;
  /** Links that may be open at a time; more than one only where it advertises while it is connected. */
  readonly maxConnections: number;
}

/** The shortest interval that any controller since version 5.0 has, and those before. Vol 6, Part B, 4.4.2.2. */
const SHORTEST_INTERVAL_MS = 20;
const SHORTEST_INTERVAL_BEFORE_5_MS = 100;

/** HCI does not tell how many a controller can hold; a phone and three more are enough for a proxy. */
const MANY_CONNECTIONS = 4;

/** What must work at the same time, as bits of LE Read Supported States. 7.8.27. */
const NEEDED_STATES = Object.freeze({
  nonConnectableAndScanning: 8,
  connectableAndScanning: 10,
} as const);
const CONNECTABLE_AND_CONNECTED = 38;

interface Step {
  readonly command: Command;
  /** What its answer teaches; a string: why this controller cannot be used. */
  readonly learn?: (returned: Uint8Array) => string | undefined;
  /** Without it things work, too. */
  readonly refused?: (status: number) => void;
}

/** Set it up with this address; done: its abilities, or in one line why it cannot be used. */
export function setUpController(
  controller: Controller,
  address: Uint8Array,
  done: (outcome: Abilities | string) => void,
): void {
  const found = { aclLength: 0, aclPackets: 0, shortestIntervalMs: SHORTEST_INTERVAL_MS, maxConnections: 1 };
  let trouble: string | undefined;
  const steps = stepsOf(found, address);
  for (const [index, { command, learn, refused }] of steps.entries()) {
    controller.send(command, (status, returned) => {
      if (trouble !== undefined) return;
      if (status === Status.Success) trouble = learn?.(returned);
      else if (refused !== undefined) refused(status);
      else trouble = explain(command.opcode, status);
      if (trouble !== undefined) done(trouble);
      else if (index === steps.length - 1) done({ ...found });
    });
  }
}

interface Found {
  aclLength: number;
  aclPackets: number;
  shortestIntervalMs: number;
  maxConnections: number;
}

function stepsOf(found: Found, address: Uint8Array): readonly Step[] {
  const never = (): void => {};
  return [
    { command: reset() },
    {
      command: read(Opcode.LeReadSupportedStates),
      learn: (returned) => learnStates(found, returned),
      refused: never,
    },
    // Where Low Energy has no room of its own, it shares that of the other kind.
    {
      command: read(Opcode.ReadBufferSize),
      learn: (returned) => learnRoom(found, returned, 4),
      refused: never,
    },
    { command: read(Opcode.LeReadBufferSize), learn: (returned) => learnRoom(found, returned, 3) },
    {
      command: setEventMask(),
      learn: () => (found.aclPackets === 0 ? "it has no room for data" : undefined),
    },
    { command: setLeEventMask() },
    { command: suggestLongPackets(), refused: never },
    { command: setRandomAddress(address) },
    { command: setScanParameters() },
    {
      command: setAdvertisingParameters(AdvertisingType.NonConnectable, SHORTEST_INTERVAL_MS),
      refused: () => {
        found.shortestIntervalMs = SHORTEST_INTERVAL_BEFORE_5_MS;
      },
    },
  ];
}

function learnStates(found: Found, returned: Uint8Array): string | undefined {
  if (returned.length < 9) return "it does not say what it can do";
  const can = (bit: number): boolean => (octet(returned, 1 + (bit >> 3)) & (1 << (bit & 7))) !== 0;
  if (!Object.values(NEEDED_STATES).every(can)) {
    return "it cannot listen while it advertises, which mesh needs; use another adapter";
  }
  if (can(CONNECTABLE_AND_CONNECTED)) found.maxConnections = MANY_CONNECTIONS;
  return undefined;
}

/** packetsAt: where the number of packets stands; the length of one stands at offset 1. */
function learnRoom(found: Found, returned: Uint8Array, packetsAt: number): string | undefined {
  if (returned.length <= packetsAt) return "it does not say how much it takes";
  const isWord = packetsAt + 1 < returned.length;
  const packets = isWord ? getUint16LE(returned, packetsAt) : octet(returned, packetsAt);
  const length = getUint16LE(returned, 1);
  if (length > 0 && packets > 0) {
    found.aclLength = length;
    found.aclPackets = packets;
  }
  return undefined;
}

function explain(opcode: number, status: number): string {
  if (status === Status.UnknownCommand && opcode >> 10 === 0x08) {
    return "it has no Bluetooth Low Energy, or not the peripheral's part of it; use another adapter";
  }
  return `it refuses command 0x${opcode.toString(16).padStart(4, "0")} with error 0x${status.toString(16)}`;
}
