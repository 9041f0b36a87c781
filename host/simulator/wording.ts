/** Events in plain words, for a person. */

import type { DropReason, TraceEvent } from "../../modules/platform.js";
import type { SimulatorEvent } from "./events.js";

type Note = Extract<SimulatorEvent, { event: "note" }>;
type Failure = Extract<SimulatorEvent, { event: "failed" }>;

/** What the node says of itself. Empty: too small a step for a person. */
const NOTES: Readonly<Record<TraceEvent, (value: number) => string>> = Object.freeze({
  unprovisioned: () => "New: it belongs to no network and waits for a provisioner",
  provisioning: () => "A provisioner begins to take this device into its network",
  provisioned: (address) =>
    `Provisioned: address ${hex(address, 4)}. This version has no network layer yet: it keeps its keys and is silent`,
  linkOpened: (link) => `A provisioner has opened link ${hex(link, 8)}`,
  linkClosed: (reason) =>
    `The link is closed: ${["success", "timeout", "failure"][reason] ?? `reason ${reason}`}`,
  linkTimeout: () => "The provisioner does not answer any more",
  retransmitting: () => "",
  waitInvite: () => "Waiting for the provisioner's invitation",
  waitStart: () => "Invited; waiting for the provisioner to choose a method",
  waitPublicKey: () => "Waiting for the provisioner's public key",
  computeSecret: () => "Computing the secret that both sides share",
  waitConfirmation: () => "Waiting for the provisioner's confirmation",
  waitRandom: () => "Waiting for the provisioner's random number",
  waitData: () => "Both sides trust each other; waiting for address and network key",
  complete: () => "Address and keys are stored; the provisioner is told",
  failed: () => "",
  provisioningTimeout: (seconds) => `Nothing came from the provisioner for ${seconds} s: given up`,
  provisionerFailed: (code) => `The provisioner has given up: ${errorText(code)}`,
  beaconing: () => "Sending the beacon by which a provisioner finds this device",
  silent: () => "The beacon is silent",
  writeFailed: (size) => `A record of ${size} octets could not be written`,
  damagedRecord: (size) => `The stored record of ${size} octets makes no sense and is not used`,
});

/** What was wrong with received octets. */
const DROPS: Readonly<Record<DropReason, string>> = Object.freeze({
  badAdLength: "a structure reaches beyond the advertisement",
  badLength: "wrong length",
  badFcs: "the check sum is wrong",
  badSegment: "a segment that does not belong there",
  transactionChanged: "a repetition that says something else",
  noTransactionStart: "the beginning was not heard",
  unexpectedTransaction: "a transaction out of turn",
  staleAcknowledgment: "an acknowledgment of nothing under way",
  prohibitedValue: "a prohibited value",
  reservedOpcode: "a reserved operation code",
  foreignUuid: "meant for another device",
  unknownLink: "of another link",
  unexpectedMessage: "not expected now",
  linkClosing: "the link is being closed",
  stale: "too late",
});

/** Provisioning error codes. MshPRT 5.4.1.10. */
const ERRORS: readonly string[] = Object.freeze([
  "prohibited",
  "invalid PDU",
  "invalid format",
  "unexpected PDU",
  "confirmation failed",
  "out of resources",
  "decryption failed",
  "unexpected error",
  "cannot assign addresses",
  "invalid data",
]);

/** An event as a sentence without a full stop; undefined: nothing that a person needs to read. */
export function sentenceOf(event: SimulatorEvent): string | undefined {
  switch (event.event) {
    case "note":
      return noteText(event);
    case "drop":
      return `Dropped (${event.layer}): ${DROPS[event.reason]}`;
    case "failed":
      return failureText(event);
    case "ether":
    case "error":
    case "warning":
      return event.message;
    case "led":
      return event.level === 0 ? "LED off" : `LED on, ${percent(event.level)} %`;
    case "display":
      return event.text === "" ? "The display is empty" : `The display shows "${event.text}"`;
    case "reset":
      return "Reset: the device forgets its network";
    case "started":
    case "stopped":
    case "button":
    case "sent":
    case "received":
      return undefined;
  }
}

/** A light's level, 0 to 65535, in percent; only 0 is 0. */
export function percent(level: number): number {
  return level === 0 ? 0 : Math.max(1, Math.round((level / 0xffff) * 100));
}

function noteText({ name, value }: Note): string | undefined {
  const text = NOTES[name](value ?? 0);
  return text === "" ? undefined : text;
}

function failureText({ step, expected, came, errorCode }: Failure): string {
  const answer = errorCode === undefined ? "" : ` (answered: ${errorText(errorCode)})`;
  return `Provisioning failed in ${step}: expected ${expected}, came ${came}${answer}`;
}

function errorText(code: number): string {
  return `error ${code}, ${ERRORS[code] ?? "unknown"}`;
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
