/** Events in plain words, for a person. */

import type { AuthMistake, DropReason, TraceEvent } from "../../modules/platform.js";
import type { SimulatorEvent } from "./events.js";

type Note = Extract<SimulatorEvent, { event: "note" }>;
type Drop = Extract<SimulatorEvent, { event: "drop" }>;
type Failure = Extract<SimulatorEvent, { event: "failed" }>;

/** What can blink, beep or vibrate. */
export type PulseEvent = Extract<SimulatorEvent, { event: "led" | "buzzer" | "vibrator" }>;

/** What the node says of itself. Empty: too small a step for a person. */
const NOTES: Readonly<Record<TraceEvent, (value: number) => string>> = Object.freeze({
  unprovisioned: () => "New: it belongs to no network and waits for a provisioner",
  provisioning: () => "A provisioner begins to take this device into its network",
  provisioned: (address) => `A node of a network: its address is ${hex(address, 4)}`,
  linkOpened: (link) => `A provisioner has opened link ${hex(link, 8)}`,
  linkClosed: (reason) =>
    `The link is closed: ${["success", "timeout", "failure"][reason] ?? `reason ${reason}`}`,
  linkTimeout: () => "The provisioner does not answer any more",
  connected: (connection) => `A client has connected (connection ${connection})`,
  disconnected: (connection) => `The client has gone (connection ${connection})`,
  sarTimedOut: () => "The rest of a message in pieces did not come: the connection is closed",
  retransmitting: () => "",
  waitInvite: () => "Waiting for the provisioner's invitation",
  waitStart: () => "Invited; waiting for the provisioner to choose a method",
  waitPublicKey: () => "Waiting for the provisioner's public key",
  computeSecret: () => "Computing the secret that both sides share",
  waitInput: () => "Waiting for the person to enter on this device what the provisioner shows",
  waitConfirmation: () => "Waiting for the provisioner's confirmation",
  waitRandom: () => "Waiting for the provisioner's random number",
  waitData: () => "Both sides trust each other; waiting for address and network key",
  complete: () => "Address and keys are stored; the provisioner is told",
  failed: () => "",
  provisioningTimeout: (seconds) => `Nothing came from the provisioner for ${seconds} s: given up`,
  provisionerFailed: (code) => `The provisioner has given up: ${errorText(code)}`,
  beaconing: () => "Sending the beacon by which a provisioner finds this device",
  silent: () => "The beacon is silent",
  backingOff: (ms) =>
    `An authentication has failed: against guessing, the device stays invisible for ${Math.ceil(ms / 1000)} s`,
  ivUpdateInProgress: (ivIndex) => `IV update: sending with IV Index ${hex(ivIndex, 8)} until it is over`,
  ivNormal: (ivIndex) => `IV update over: IV Index ${hex(ivIndex, 8)}`,
  ivRecovered: (ivIndex) => `The network has gone on to IV Index ${hex(ivIndex, 8)}, and so does this node`,
  netKeyAdded: (index) => `NetKey ${hex(index, 3)} has come`,
  netKeyDeleted: (index) => `NetKey ${hex(index, 3)} is gone`,
  keyRefreshPhase0: (index) => `Key refresh of NetKey ${hex(index, 3)}: done, the old key is forgotten`,
  keyRefreshPhase1: (index) => `Key refresh of NetKey ${hex(index, 3)}: the new key is here`,
  keyRefreshPhase2: (index) => `Key refresh of NetKey ${hex(index, 3)}: the new key is in use`,
  sequenceExhausted: () =>
    "There is no sequence number that may be used: nothing is sent until the IV Index rises",
  segmentsTimedOut: (address) => `${hex(address, 4)} did not acknowledge a long message`,
  segmentsCancelled: (address) => `${hex(address, 4)} cannot take a long message now`,
  reassemblyTimedOut: (address) => `The rest of a long message from ${hex(address, 4)} did not come`,
  messageReceived: (opcode) => `Message ${messageName(opcode)}`,
  published: (opcode) => `Published ${messageName(opcode)}`,
  writeFailed: (size) => `A record of ${size} octets could not be written`,
  damagedRecord: (size) => `The stored record of ${size} octets makes no sense and is not used`,
});

/** What was wrong with received octets. Empty: everyday on the air, and too much for a person. */
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
  unexpectedSar: "a piece of a message that does not follow the one before; the connection is closed",
  reservedType: "a kind of message that is not for this service",
  notSubscribed: "written before the client asked for answers",
  unknownNid: "",
  badMic: "no key of this node fits it",
  badAddress: "an address that is not allowed there",
  ownAddress: "",
  repeated: "",
  noRoom: "no room for it",
  replayed: "its sequence number has been used before: an old message, or a replayed one",
  replayListFull: "a new sender, and no room to remember its sequence numbers",
  notRemembered: "its sequence number could not be stored, so it is not obeyed",
  staleSegment: "a piece of a message that has been overtaken",
  unknownKey: "secured with an application key that this node does not have",
  unknownOpcode: "a message that no model here knows",
  notBound: "the model is not bound to the key that it came with",
  unknownNetworkId: "",
  badAuthentication: "a beacon that its network's key does not fit",
  staleIvIndex: "an IV Index that has passed",
  ivIndexTooHigh: "an IV Index too far ahead",
  ivUpdateTooSoon: "an IV update before its time",
  notPrimary: "an IV Index of another subnet than the primary one",
  wrongPhase: "a key refresh flag that does not go with the phase of its key",
});

/** What the provisioner did with the value of the authentication; none: nothing that is known. */
const MISTAKES: Readonly<Record<AuthMistake, string>> = Object.freeze({
  none: "",
  paddedOnTheOtherSide:
    "the provisioner filled the value up on the wrong side; a number stands at the end, all else at the beginning",
  digitsAsText:
    "the provisioner took the digits for text, or the text for a number; a number is sent as a number",
  reversed: "the provisioner used the octets of the value in reverse order",
  wrongLength:
    "the provisioner filled the value up to a wrong length; it is 16 octets with CMAC and 32 with HMAC",
  allZero: "the provisioner used no value at all; there were only zeros in its place",
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

/** Messages by opcode. MshPRT 4.3.2; Mesh Model 3.2. */
const MESSAGES: Readonly<Record<number, string>> = Object.freeze({
  0: "AppKey Add",
  3: "Model Publication Set",
  32776: "Composition Data Get",
  32795: "Model Subscription Add",
  32829: "Model App Bind",
  32832: "NetKey Add",
  32841: "Node Reset",
  33281: "Generic OnOff Get",
  33282: "Generic OnOff Set",
  33283: "Generic OnOff Set Unacknowledged",
  33284: "Generic OnOff Status",
});

/** An event as a sentence without a full stop; undefined: nothing that a person needs to read. */
export function sentenceOf(event: SimulatorEvent): string | undefined {
  switch (event.event) {
    case "note":
      return noteText(event);
    case "drop":
      return dropText(event);
    case "failed":
      return failureText(event);
    case "ether":
    case "error":
    case "warning":
      return event.message;
    case "led":
      return event.level === 0 ? "LED off" : `LED on, ${percent(event.level)} %`;
    case "buzzer":
      return event.on ? "The buzzer sounds" : "The buzzer is silent";
    case "vibrator":
      return event.on ? "The device vibrates" : "The device is still";
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

/** An output that goes on and off, and how often it has been on. */
export function pulsesOf(event: PulseEvent, times: number): string {
  const often = times === 1 ? "once" : `${times} times`;
  switch (event.event) {
    case "led":
      return `LED lit ${often}, now ${event.level === 0 ? "off" : `on, ${percent(event.level)} %`}`;
    case "buzzer":
      return `The buzzer has sounded ${often}, now ${event.on ? "on" : "silent"}`;
    case "vibrator":
      return `The device has vibrated ${often}, now ${event.on ? "on" : "still"}`;
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

function dropText({ layer, reason }: Drop): string | undefined {
  const text = DROPS[reason];
  return text === "" ? undefined : `Dropped (${layer}): ${text}`;
}

function failureText({ step, expected, came, errorCode, mistake }: Failure): string {
  const answer = errorCode === undefined ? "" : ` (answered: ${errorText(errorCode)})`;
  const cause = mistake === "none" ? "" : `: ${MISTAKES[mistake]}`;
  return `Provisioning failed in ${step}: expected ${expected}, came ${came}${answer}${cause}`;
}

function errorText(code: number): string {
  return `error ${code}, ${ERRORS[code] ?? "unknown"}`;
}

/** An opcode, with the names that a person meets most. */
function messageName(opcode: number): string {
  const name = MESSAGES[opcode];
  const code = hex(opcode, opcode < 0x80 ? 2 : opcode < 0x10000 ? 4 : 6);
  return name === undefined ? code : `${code}, ${name}`;
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
