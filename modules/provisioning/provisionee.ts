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
 * come before the device can take it. A person's part in the authentication will stand there too, in states between
 * computeSecret and waitConfirmation.
 */

import { octet } from "../bytes.js";
import type { Clock, Crypto, Random, Timer, Trace } from "../platform.js";
import type { Policy } from "../policy.js";
import type { NodeRecord } from "../records.js";
import { LinkCloseReason, type ProvisioningBearer } from "./bearer.js";
import type { KeyPair, P256 } from "./p256.js";
import { encodePdu, ProvisioningError, ProvisioningPduType } from "./pdu.js";
import {
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

const PROVISIONING_TIMEOUT_MS = 60_000;
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
  readonly listener: ProvisioneeListener;
}

/** Who learns what the provisioner wants. */
export interface ProvisioneeListener {
  /** Attract a person's attention for so many seconds; 0: no longer. MshPRT 5.4.2.2. */
  attention(seconds: number): void;
  /** Keep the record for good before returning; it is borrowed. false: it could not be kept. MshPRT 5.4.2.5. */
  store(record: NodeRecord): boolean;
}

/** One state machine for the life of the device; a link is served between `begin` and `end`. */
export class Provisionee {
  readonly #parts: ProvisioneeParts;
  readonly #stepParts: StepParts;
  readonly #timer: Timer;
  readonly #attentionTimer: Timer;
  #state: State = { name: "idle" };
  #bearer: ProvisioningBearer | undefined;
  /** A PDU of ours is on its way. */
  #sending = false;
  /** The reply that leaves after it; undefined: none. */
  #reply: Uint8Array | undefined;

  constructor(parts: ProvisioneeParts) {
    const { crypto, random, policy, numberOfElements, listener } = parts;
    this.#parts = parts;
    this.#stepParts = {
      crypto,
      random,
      capabilities: {
        numberOfElements,
        algorithms: policy.algorithms,
        publicKeyType: 0,
        oobType: policy.staticOob === undefined ? 0 : 0x01,
        outputOobSize: 0,
        outputOobAction: 0,
        inputOobSize: 0,
        inputOobAction: 0,
      },
      staticOob: policy.staticOob,
      store: (record) => listener.store(record),
    };
    this.#timer = parts.clock.createTimer(() => this.#timedOut());
    this.#attentionTimer = parts.clock.createTimer(() => listener.attention(0));
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
    wipeState(this.#state);
    this.#enter({ name: "idle" });
  }

  /** Our PDU has arrived: the next one may leave. */
  sent(): void {
    this.#sending = false;
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply !== undefined) this.#send(reply);
    else if (this.#state.name === "complete") this.#timer.start(CLOSING_TIMEOUT_MS);
  }

  /** A Provisioning PDU, at least one octet. */
  received(pdu: Uint8Array): void {
    const state = this.#state.name;
    // After complete the record is stored and the answer on its way: nothing that anybody sends undoes it.
    if (state === "idle" || state === "complete") {
      this.#parts.trace.drop("provisioning", "unexpectedMessage", pdu);
      return;
    }
    this.#timer.start(PROVISIONING_TIMEOUT_MS);
    if (octet(pdu, 0) === ProvisioningPduType.Failed) this.#failedByPeer(pdu);
    else this.#follow(this.#take(pdu));
  }

  /** Known, expected here, of the right length: in this order, each with its error. MshPRT 5.4.1.10. */
  #take(pdu: Uint8Array): Outcome {
    const type = octet(pdu, 0);
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
    return isOfAlgorithm ? confirmationSize(state.start.algorithm) : PARAMETERS_SIZE[type];
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
      this.#fail(outcome.errorCode, outcome.came);
      return;
    }
    if (outcome.next !== this.#state) this.#enter(outcome.next);
    if (outcome.reply !== undefined) this.#send(outcome.reply);
  }

  #enter(next: State): void {
    this.#state = next;
    if (next.name !== "idle") this.#parts.trace.note("provisioning", next.name);
    this.#setAttention(next.name === "waitStart" ? attentionSeconds(next) : 0);
    if (next.name === "computeSecret") this.#computeSecret(next);
    if (next.name === "complete") this.#timer.stop();
  }

  /** On from Invite until its time is over, Start comes, or the link goes. MshPRT 5.4.2.2, 5.4.2.3. */
  #setAttention(seconds: number): void {
    const wasOn = this.#attentionTimer.running;
    this.#attentionTimer.stop();
    if (seconds > 0) this.#attentionTimer.start(seconds * 1000);
    if (seconds > 0 || wasOn) this.#parts.listener.attention(seconds);
  }

  #computeSecret(state: StateOf<"computeSecret">): void {
    const { privateKey } = state.keyPair;
    this.#parts.p256.computeSecret(privateKey, state.inputs.publicKeyProvisioner, (ecdhSecret) =>
      this.#follow(secretComputed(this.#stepParts, state, ecdhSecret)),
    );
  }

  /** One PDU at a time; a second one waits, and a third takes its place. */
  #send(pdu: Uint8Array): void {
    if (this.#sending) {
      this.#reply = pdu;
      return;
    }
    this.#sending = true;
    // The timer starts anew "whenever a provisioning protocol PDU is sent or received". MshPRT 5.4.4.
    if (this.#state.name !== "complete") this.#timer.start(PROVISIONING_TIMEOUT_MS);
    this.#bearer?.send(pdu);
  }

  /** Answer with Provisioning Failed, forget everything, and wait for the link to close. MshPRT 5.4.4. */
  #fail(errorCode: ProvisioningError, came: string): void {
    const step = this.#state.name;
    this.#leaveForFailed();
    this.#send(encodePdu(ProvisioningPduType.Failed, new Uint8Array([errorCode])));
    if (step !== "failed") this.#explain(step, came, errorCode);
  }

  /** The provisioner gives up, as it does when its timer expires; there is nothing to answer. MshPRT 5.4.4. */
  #failedByPeer(pdu: Uint8Array): void {
    const step = this.#state.name;
    this.#parts.trace.note("provisioning", "provisionerFailed", pdu[1]);
    if (step === "failed") return;
    this.#leaveForFailed();
    this.#explain(step, "Failed: the provisioner gives up", undefined);
  }

  /** "The provisioning bearer shall be disconnected with the Timeout reason", without a Failed. MshPRT 5.4.4. */
  #timedOut(): void {
    const step = this.#state.name;
    if (step === "complete") {
      this.#bearer?.close(LinkCloseReason.Success);
      return;
    }
    this.#parts.trace.note("provisioning", "provisioningTimeout", PROVISIONING_TIMEOUT_MS / 1000);
    if (step !== "failed") {
      this.#leaveForFailed();
      this.#explain(step, "nothing for 60 s", undefined);
    }
    this.#bearer?.close(LinkCloseReason.Timeout);
  }

  #leaveForFailed(): void {
    if (this.#state.name === "failed") return;
    if (this.#state.name === "computeSecret") this.#parts.p256.cancel();
    wipeState(this.#state);
    this.#reply = undefined;
    this.#enter({ name: "failed" });
  }

  #explain(step: State["name"], came: string, errorCode: ProvisioningError | undefined): void {
    const type = EXPECTED[step];
    const expected = type === undefined ? "nothing from the provisioner" : pduName(type);
    this.#parts.trace.failed({ step, expected, came, errorCode });
  }
}
