/**
 * The Provisionee: the device's side of the provisioning protocol, one link after another. MshPRT 5.4.
 *
 *   begin        Invite         Start            Public Key           (the secret is there)
 *  idle ─► waitInvite ──► waitStart ──► waitPublicKey ──► computeSecret ──► waitConfirmation
 *           records: stays                                                      │ Confirmation
 *                          failed ◄── whatever else comes                       ▼
 *                            │                                              waitRandom
 *   end, from everywhere:    │ Unexpected PDU to all                            │ Random
 *   back to idle             ▼ that still comes         complete ◄── Data ── waitData
 *
 * The device's own Public Key leaves when the secret is there: so the provisioner has nothing to send that could
 * come before the device can take it. Where that key is known out of band and not sent, the provisioner waits for
 * nothing, and its Confirmation may come in computeSecret: it is kept until its turn. Where a person enters a value
 * on the device, waitInput stands between computeSecret and waitConfirmation, and Input Complete says that it is
 * over; where a person reads a value off the device, it is shown in waitConfirmation.
 */

import { octet } from "../bytes.js";
import type { Clock, Crypto, Random, Timer, Trace } from "../platform.js";
import type { Policy } from "../policy.js";
import type { NodeRecord } from "../records.js";
import { type Evidence, findMistake } from "./auth-mistake.js";
import { LinkCloseReason, type ProvisioningBearer } from "./bearer.js";
import type { OobUser } from "./oob-user.js";
import type { KeyPair, P256 } from "./p256.js";
import { capabilitiesOf, encodePdu, ProvisioningError, ProvisioningPduType } from "./pdu.js";
import {
  type Autopsy,
  EXPECTED,
  type ExpectedType,
  PARAMETERS_SIZE,
  pduName,
  type State,
  type StateOf,
  wipeState,
} from "./provisionee-state.js";
import {
  attentionSeconds,
  confirmationReceived,
  dataReceived,
  inputEntered,
  invited,
  type Outcome,
  publicKeyReceived,
  randomReceived,
  recordsAsked,
  type StepParts,
  secretComputed,
  started,
} from "./provisionee-steps.js";
import { confirmationSize } from "./session.js";

const PROVISIONING_TIMEOUT_SECONDS = 60;
/** With a person between the two sides. MshPRT 5.4.4. */
const PERSON_TIMEOUT_SECONDS = 120;
/** How long the provisioner has to close the link after Complete, before the device does. Ours. */
const CLOSING_TIMEOUT_MS = 5_000;

/** What the provisionee needs of its surroundings. */
export interface ProvisioneeParts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly trace: Trace;
  readonly p256: P256;
  readonly policy: Policy;
  /** 1 to 255. */
  readonly numberOfElements: number;
  readonly user: OobUser;
  readonly listener: ProvisioneeListener;
}

/** Who learns what the provisioner wants. */
export interface ProvisioneeListener {
  /** Attract a person's attention for so many seconds; 0: no longer. MshPRT 5.4.2.2. */
  attention(seconds: number): void;
  /** Keep the record for good before returning; it is borrowed. false: it could not be kept. MshPRT 5.4.2.5. */
  store(record: NodeRecord): boolean;
  /** The provisioner's confirmation did not fit: somebody may be guessing. The answer has not been sent yet. */
  authenticationFailed(): void;
}

/** One state machine for the life of the device; a link is served between `begin` and `end`. */
export class Provisionee {
  readonly #parts: ProvisioneeParts;
  #stepParts: StepParts;
  readonly #timer: Timer;
  readonly #attentionTimer: Timer;
  #state: State = { name: "idle" };
  #bearer: ProvisioningBearer | undefined;
  /** A PDU of ours is on its way. */
  #sending = false;
  /** The reply that leaves after it; undefined: none. */
  #reply: Uint8Array | undefined;
  /** A Confirmation that came in computeSecret, and whose turn is next; undefined: none. */
  #early: Uint8Array | undefined;

  constructor(parts: ProvisioneeParts) {
    const { crypto, random, policy, numberOfElements, listener } = parts;
    this.#parts = parts;
    this.#stepParts = {
      crypto,
      random,
      policy,
      capabilities: capabilitiesOf(policy, numberOfElements),
      oobKeyPair: undefined,
      store: (record) => listener.store(record),
    };
    this.#timer = parts.clock.createTimer(() => this.#timedOut());
    this.#attentionTimer = parts.clock.createTimer(() => listener.attention(0));
  }

  /** The pair whose public key is known out of band; before the first link, if the policy has one. */
  setOobKeyPair(oobKeyPair: KeyPair): void {
    this.#stepParts = { ...this.#stepParts, oobKeyPair };
  }

  /** A link is open. keyPair: fresh, and the provisionee's from now on. */
  begin(bearer: ProvisioningBearer, keyPair: KeyPair): void {
    this.#bearer = bearer;
    this.#enter({ name: "waitInvite", keyPair });
  }

  /** The link is gone. */
  end(): void {
    this.#timer.stop();
    this.#bearer = undefined;
    this.#sending = false;
    this.#reply = undefined;
    const { name } = this.#state;
    // "When the provisioning bearer closes unexpectedly, provisioning has failed." MshPRT 5.4.4.
    if (name !== "idle" && name !== "waitInvite" && name !== "complete") {
      this.#leaveForFailed({
        failure: this.#failureOf("the end of the link", undefined),
        evidence: undefined,
      });
    }
    this.#tellAutopsy();
    wipeState(this.#state);
    this.#enter({ name: "idle" });
  }

  /** Our PDU has arrived: the next one may leave. */
  sent(): void {
    this.#sending = false;
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply !== undefined) this.#send(reply);
    else if (this.#state.name === "complete") this.#timer.start(this.#patienceMs);
    else this.#tellAutopsy();
  }

  get #patienceMs(): number {
    return this.#bearer?.patienceMs ?? CLOSING_TIMEOUT_MS;
  }

  /** A Provisioning PDU, at least one octet. */
  received(pdu: Uint8Array): void {
    const state = this.#state.name;
    // After complete the record is stored and the answer on its way: nothing that anybody sends undoes it, nor does
    // a link that is closed with Fail, as both can be a stranger's doing.
    if (state === "idle" || state === "complete") {
      this.#parts.trace.drop("provisioning", "unexpectedMessage", pdu);
      return;
    }
    this.#restartTimer();
    if (octet(pdu, 0) === ProvisioningPduType.Failed) this.#failedByPeer(pdu);
    else if (this.#isEarly(pdu)) this.#early = pdu.slice();
    else this.#follow(this.#take(pdu));
    // Once more: Start says for how long.
    this.#restartTimer();
  }

  /** Whether it is only ahead of our computation, as there is no Public Key of ours to wait for. MshPRT 5.4.2.3. */
  #isEarly(pdu: Uint8Array): boolean {
    const state = this.#state;
    const isAhead = state.name === "computeSecret" && state.start.oobPublicKey && this.#early === undefined;
    const next = EXPECTED.waitConfirmation;
    return isAhead && octet(pdu, 0) === next;
  }

  /** Known, expected here, of the right length: in this order, each with its error. MshPRT 5.4.1.10. */
  #take(pdu: Uint8Array): Outcome {
    const type = octet(pdu, 0);
    // "At this time, any provisioning protocol PDU received from the Provisioner is considered unexpected." 5.4.4.
    if (this.#state.name === "failed")
      return { errorCode: ProvisioningError.UnexpectedPdu, came: pduName(type) };
    if (type > ProvisioningPduType.RecordsList) {
      return { errorCode: ProvisioningError.InvalidPdu, came: pduName(type) };
    }
    if (!this.#isExpected(type)) return { errorCode: ProvisioningError.UnexpectedPdu, came: pduName(type) };
    const size = this.#parametersSize(type);
    if (pdu.length !== 1 + size) {
      const came = `${pduName(type)} with ${pdu.length - 1} instead of ${size} octets of parameters`;
      return { errorCode: ProvisioningError.InvalidFormat, came };
    }
    return this.#step(type, pdu.subarray(1));
  }

  #isExpected(type: number): type is ExpectedType {
    // What comes while a reply of ours has not even begun to leave cannot be its consequence.
    if (this.#reply !== undefined) return false;
    const { RecordsGet, RecordRequest } = ProvisioningPduType;
    if (this.#state.name === "waitInvite" && (type === RecordsGet || type === RecordRequest)) return true;
    return type === EXPECTED[this.#state.name];
  }

  #parametersSize(type: ExpectedType): number {
    const state = this.#state;
    const isOfAlgorithm = state.name === "waitConfirmation" || state.name === "waitRandom";
    return isOfAlgorithm ? confirmationSize(state.start.algorithm) : (PARAMETERS_SIZE[type] ?? 0);
  }

  #step(type: ExpectedType, parameters: Uint8Array): Outcome {
    const state = this.#state;
    const parts = this.#stepParts;
    switch (state.name) {
      case "waitInvite":
        return type === ProvisioningPduType.Invite
          ? invited(parts, state, parameters)
          : recordsAsked(state, type, parameters);
      case "waitStart":
        return started(parts, state, parameters);
      case "waitPublicKey":
        return publicKeyReceived(parts, state, parameters);
      case "waitConfirmation":
        return confirmationReceived(parts, state, parameters);
      case "waitRandom":
        return randomReceived(parts, state, parameters);
      case "waitData":
        return dataReceived(parts, state, parameters);
      default:
        throw new RangeError("no PDU is expected in this state");
    }
  }

  #follow(outcome: Outcome): void {
    if ("errorCode" in outcome) {
      this.#fail(outcome.errorCode, outcome.came, outcome.evidence);
      return;
    }
    if (outcome.next !== this.#state) this.#enter(outcome.next);
    if (outcome.reply !== undefined) this.#send(outcome.reply);
  }

  #enter(next: State): void {
    if (isWithPerson(this.#state)) this.#parts.user.cancel();
    this.#state = next;
    if (next.name !== "idle") this.#parts.trace.note("provisioning", next.name);
    this.#setAttention(next.name === "waitStart" ? attentionSeconds(next) : 0);
    if (next.name === "computeSecret") this.#computeSecret(next);
    if (next.name === "waitInput") this.#askForInput(next);
    if (next.name === "waitConfirmation" && next.output !== undefined) {
      this.#parts.user.output(next.output.action, next.output.shown);
    }
    if (next.name === "complete") this.#timer.stop();
  }

  /** On from Invite until its time is over, Start comes, or the link goes. MshPRT 5.4.2.2, 5.4.2.3. */
  #setAttention(seconds: number): void {
    if (seconds > 0) this.#parts.listener.attention(seconds);
    // It always ends by the timer, so that nobody is called while the link is taken down.
    if (seconds > 0 || this.#attentionTimer.running) this.#attentionTimer.start(seconds * 1000);
  }

  #computeSecret(state: StateOf<"computeSecret">): void {
    const { privateKey } = state.keyPair;
    this.#parts.p256.computeSecret(privateKey, state.inputs.publicKeyProvisioner, (ecdhSecret) => {
      this.#follow(secretComputed(this.#stepParts, state, ecdhSecret));
      const early = this.#early;
      this.#early = undefined;
      if (early !== undefined) this.#follow(this.#take(early));
    });
  }

  #askForInput(state: StateOf<"waitInput">): void {
    const { authentication } = state.start;
    if (authentication.method !== "input") throw new RangeError("nobody was to enter anything");
    this.#parts.user.input(authentication.action, authentication.size, (value) => {
      if (this.#state === state) this.#follow(inputEntered(this.#stepParts, state, value));
      else this.#parts.trace.drop("provisioning", "stale");
    });
  }

  /** One PDU at a time; a second one waits. There is no third: what would ask for it is unexpected. */
  #send(pdu: Uint8Array): void {
    if (this.#sending) {
      this.#reply ??= pdu;
      return;
    }
    this.#sending = true;
    this.#restartTimer();
    // Nothing answers a Failed: the Public Key that follows a refused Start was on its way already.
    this.#bearer?.send(pdu, this.#state.name === "failed");
  }

  /** Anew "whenever a provisioning protocol PDU is sent or received", as long as the protocol goes on. MshPRT 5.4.4. */
  #restartTimer(): void {
    const { name } = this.#state;
    // After a failure nobody holds the link by talking: what was started then runs out.
    if (name !== "complete" && (name !== "failed" || !this.#timer.running)) {
      this.#timer.start(timeoutSeconds(this.#state) * 1000);
    }
  }

  /** Answer with Provisioning Failed, forget everything, and wait for the link to close. MshPRT 5.4.4. */
  #fail(errorCode: ProvisioningError, came: string, evidence?: Evidence): void {
    this.#leaveForFailed({ failure: this.#failureOf(came, errorCode), evidence });
    // Now that there is no second guess on this link, whatever becomes of the count; and before the answer.
    if (errorCode === ProvisioningError.ConfirmationFailed) this.#parts.listener.authenticationFailed();
    this.#send(encodePdu(ProvisioningPduType.Failed, new Uint8Array([errorCode])));
  }

  /** The provisioner gives up, as it does when its timer expires; there is nothing to answer. MshPRT 5.4.4. */
  #failedByPeer(pdu: Uint8Array): void {
    this.#parts.trace.note("provisioning", "provisionerFailed", pdu[1]);
    const failure = this.#failureOf("Failed: the provisioner gives up", undefined);
    this.#leaveForFailed({ failure, evidence: undefined });
    if (!this.#sending) this.#tellAutopsy();
  }

  /** "The provisioning bearer shall be disconnected with the Timeout reason", without a Failed. MshPRT 5.4.4. */
  #timedOut(): void {
    if (this.#state.name === "complete") {
      this.#bearer?.close(LinkCloseReason.Success);
      return;
    }
    const seconds = timeoutSeconds(this.#state);
    this.#parts.trace.note("provisioning", "provisioningTimeout", seconds);
    const failure = this.#failureOf(`nothing for ${seconds} s`, undefined);
    this.#leaveForFailed({ failure, evidence: undefined });
    this.#tellAutopsy();
    this.#bearer?.close(LinkCloseReason.Timeout);
  }

  /** Once: what fails after a failure changes nothing. */
  #leaveForFailed(autopsy: Autopsy): void {
    if (this.#state.name === "failed") return;
    if (this.#state.name === "computeSecret") this.#parts.p256.cancel();
    wipeState(this.#state);
    this.#reply = undefined;
    this.#early = undefined;
    this.#enter({ name: "failed", autopsy });
  }

  #failureOf(came: string, errorCode: ProvisioningError | undefined): Autopsy["failure"] {
    const step = this.#state.name;
    const type = EXPECTED[step];
    return {
      step,
      expected: type === undefined ? "nothing from the provisioner" : pduName(type),
      came,
      errorCode,
    };
  }

  /** Explain a failure, once, when its answer has gone out and nobody waits for us. */
  #tellAutopsy(): void {
    if (this.#state.name !== "failed" || this.#state.autopsy === undefined) return;
    const { failure, evidence } = this.#state.autopsy;
    const mistake = evidence === undefined ? "none" : findMistake(this.#parts.crypto, evidence);
    wipeState(this.#state);
    this.#state = { name: "failed", autopsy: undefined };
    this.#parts.trace.failed({ ...failure, mistake });
  }
}

/** How long the provisioner may say nothing. MshPRT 5.4.4. */
function timeoutSeconds(state: State): number {
  if (!("start" in state)) return PROVISIONING_TIMEOUT_SECONDS;
  const { method } = state.start.authentication;
  return method === "output" || method === "input" ? PERSON_TIMEOUT_SECONDS : PROVISIONING_TIMEOUT_SECONDS;
}

function isWithPerson(state: State): boolean {
  return state.name === "waitInput" || (state.name === "waitConfirmation" && state.output !== undefined);
}
