/**
 * What the two ends of a simulated connection say to each other: the messages of the Attribute Protocol that a mesh
 * service needs. Opcodes and sizes are the real ones; a characteristic is named by its service's UUID where the
 * protocol has a handle. Core Specification, Vol 3, Part F, 3.4.
 */

import { concat, getUint16LE, octet, setUint16LE } from "../../modules/bytes.js";
import type { GattService } from "../../modules/platform.js";

/** ATT_MTU before an exchange, and the largest that makes sense. Core Specification, Vol 3, Part F, 3.2.8-9. */
export const DEFAULT_MTU = 23;
export const LARGEST_MTU = 517;

/** Opcode and handle before the value of a command or notification. */
export const VALUE_HEADER = 3;

/** Error codes. Core Specification, Vol 3, Part F, 3.4.1.1. */
export const AttError = Object.freeze({
  InvalidHandle: 0x01,
  InvalidPdu: 0x04,
  RequestNotSupported: 0x06,
  ValueNotAllowed: 0x13,
} as const);

/** One message. service: the UUID of the service whose characteristic is meant. */
export type AttMessage =
  | { readonly kind: "mtuRequest" | "mtuResponse"; readonly mtu: number }
  | { readonly kind: "discover" | "configured" | "servicesChanged" }
  /** The one mesh service that is there; none: no mesh service is. */
  | { readonly kind: "services"; readonly services: readonly GattService[] }
  /** Write a Client Characteristic Configuration. */
  | { readonly kind: "configure"; readonly service: number; readonly value: number }
  /** request: the opcode of what cannot be done. */
  | { readonly kind: "error"; readonly request: number; readonly code: number }
  | { readonly kind: "command" | "notification"; readonly service: number; readonly value: Uint8Array };

/** The opcodes that stand for them; one that only resembles the protocol's is the nearest there is. */
export const AttOpcode = Object.freeze({
  error: 0x01,
  mtuRequest: 0x02,
  mtuResponse: 0x03,
  discover: 0x10,
  services: 0x11,
  configure: 0x12,
  configured: 0x13,
  notification: 0x1b,
  servicesChanged: 0x1d,
  command: 0x52,
} as const);

/** Octets for the connection. */
export function encodeAtt(message: AttMessage): Uint8Array {
  const opcode = AttOpcode[message.kind];
  switch (message.kind) {
    case "mtuRequest":
    case "mtuResponse":
      return words(opcode, message.mtu);
    case "services":
      return words(
        opcode,
        ...message.services.flatMap(({ service, dataIn, dataOut }) => [service, dataIn, dataOut]),
      );
    case "configure":
      return words(opcode, message.service, message.value);
    case "error":
      return Uint8Array.of(opcode, message.request, message.code);
    case "command":
    case "notification":
      return concat(words(opcode, message.service), message.value);
    default:
      return Uint8Array.of(opcode);
  }
}

/** undefined: nothing that is said here. value: a view. */
export function decodeAtt(octets: Uint8Array): AttMessage | undefined {
  if (octets.length === 0) return undefined;
  const opcode = octet(octets, 0);
  const { length } = octets;
  switch (opcode) {
    case AttOpcode.mtuRequest:
    case AttOpcode.mtuResponse: {
      const kind = opcode === AttOpcode.mtuRequest ? "mtuRequest" : "mtuResponse";
      return length === 3 ? { kind, mtu: getUint16LE(octets, 1) } : undefined;
    }
    case AttOpcode.configure:
      if (length !== 5) return undefined;
      return { kind: "configure", service: getUint16LE(octets, 1), value: getUint16LE(octets, 3) };
    case AttOpcode.error:
      return length === 3 ? { kind: "error", request: octet(octets, 1), code: octet(octets, 2) } : undefined;
    case AttOpcode.services:
      return length % 6 === 1 ? { kind: "services", services: servicesIn(octets) } : undefined;
    case AttOpcode.command:
    case AttOpcode.notification: {
      const kind = opcode === AttOpcode.command ? "command" : "notification";
      if (length < VALUE_HEADER) return undefined;
      return { kind, service: getUint16LE(octets, 1), value: octets.subarray(VALUE_HEADER) };
    }
    default:
      return length === 1 ? withoutParameters(opcode) : undefined;
  }
}

function withoutParameters(opcode: number): AttMessage | undefined {
  if (opcode === AttOpcode.discover) return { kind: "discover" };
  if (opcode === AttOpcode.configured) return { kind: "configured" };
  return opcode === AttOpcode.servicesChanged ? { kind: "servicesChanged" } : undefined;
}

function servicesIn(octets: Uint8Array): readonly GattService[] {
  const services: GattService[] = [];
  for (let at = 1; at < octets.length; at += 6) {
    services.push({
      service: getUint16LE(octets, at),
      dataIn: getUint16LE(octets, at + 2),
      dataOut: getUint16LE(octets, at + 4),
    });
  }
  return services;
}

function words(opcode: number, ...values: readonly number[]): Uint8Array {
  const octets = new Uint8Array(1 + 2 * values.length);
  octets[0] = opcode;
  for (const [at, value] of values.entries()) setUint16LE(octets, 1 + 2 * at, value);
  return octets;
}
