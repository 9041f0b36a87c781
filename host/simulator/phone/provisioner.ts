/**
 * The provisioner of one device over any bearer. MshPRT 5.4.2, 5.4.4.
 *
 *   idle ── opened: Invite ──► waitCapabilities ── Start, Public Key ──► waitPublicKey (in-band key only)
 *                                                                             │
 *      ┌─────────────── input OOB: show ──────────────┬── output OOB: ask ────┤ no, static OOB
 *   waitInputComplete                              waitAnswer                 │
 *      └────────────── Confirmation ──────────────────┴───────────────────────┤
 *                                                                             ▼
 *   over ◄── link closed ── closing ◄── waitComplete ◄── Data ── waitRandom ◄── Random ── waitConfirmation
 *
 * Every error closes the link with Fail; the provisioning timer sends Provisioning Failed and closes with Timeout.
 */

import { concat, equal, wipe } from "../../../modules/bytes.js";
import type { Timer } from "../../../modules/platform.js";
import {
  AuthenticationMethod,
  agreeOnOob,
  chooseAlgorithm,
  drawInputValue,
  isPermitted,
  type OobRequest,
} from "./choice.js";
import {
  type Capabilities,
  decodeCapabilities,
  encodeInvite,
  encodePdu,
  encodeProvisioningData,
  encodeStart,
  ProvisioningPduType,
} from "./pdu.js";
import {
  LinkCloseReason,
  type ProvisionerPlatform,
  type ProvisioningFailure,
  type ProvisioningFault,
  type ProvisioningLink,
  type ProvisioningLinkListener,
  type ProvisioningListener,
  type ProvisioningOptions,
  type ProvisioningResult,
} from "./provisioning.js";
import {
  type Algorithm,
  authValue,
  confirmation,
  confirmationKey,
  confirmationSalt,
  encryptProvisioningData,
  type OobValue,
  sessionKeys,
  valueLength,
} from "./security.js";

/** What both sides know when Start is sent. */
interface Agreement {
  readonly capabilities: Capabilities;
  readonly algorithm: Algorithm;
  readonly oob: OobRequest;
  /** Parameters of Invite, Capabilities and Start. */
  readonly inputs: Uint8Array;
}

/** What is known when the public keys are exchanged. */
interface Shared extends Agreement {
  readonly ecdhSecret: Uint8Array;
  readonly salt: Uint8Array;
}

/** What is known when the Confirmation is sent. */
interface Confirmed extends Shared {
  readonly authValue: Uint8Array;
  readonly key: Uint8Array;
  readonly random: Uint8Array;
  readonly ownConfirmation: Uint8Array;
}

type Failed = Omit<ProvisioningFailure, "closeReason">;

type State =
  | { readonly name: "idle" }
  | { readonly name: "waitCapabilities"; readonly invite: Uint8Array }
  | { readonly name: "waitPublicKey"; readonly agreement: Agreement }
  | { readonly name: "waitAnswer"; readonly shared: Shared }
  | { readonly name: "waitInputComplete"; readonly shared: Shared; readonly value: OobValue }
  | { readonly name: "waitConfirmation"; readonly confirmed: Confirmed }
  | { readonly name: "waitRandom"; readonly confirmed: Confirmed; readonly deviceConfirmation: Uint8Array }
  | { readonly name: "waitComplete"; readonly result: ProvisioningResult }
  | { readonly name: "givingUp"; readonly failed: Failed }
  | { readonly name: "closing"; readonly outcome: ProvisioningResult | Failed }
  | { readonly name: "over" };

/** One provisioning, from the open link to its end. */
export class Provisioner implements ProvisioningLinkListener {
  readonly #link: ProvisioningLink;
  readonly #platform: ProvisionerPlatform;
  readonly #options: ProvisioningOptions;
  readonly #listener: ProvisioningListener;
  readonly #privateKey: Uint8Array;
  readonly #publicKey: Uint8Array;
  readonly #timer: Timer;
  readonly #outbox: Uint8Array[] = [];
  #sending = false;
  #timeoutMs = 60_000;
  #state: State = { name: "idle" };

  constructor(
    link: ProvisioningLink,
    platform: ProvisionerPlatform,
    options: ProvisioningOptions,
    listener: ProvisioningListener,
  ) {
    this.#link = link;
    this.#platform = platform;
    this.#options = options;
    this.#listener = listener;
    this.#privateKey = options.privateKey?.slice() ?? platform.curve.createPrivateKey(platform.random);
    this.#publicKey = platform.curve.publicKey(this.#privateKey);
    this.#timer = platform.clock.createTimer(() => this.#expired());
  }

  /** The link is open: invite the device. MshPRT 5.4.2.2. */
  opened(): void {
    const invite = encodeInvite(this.#options.attentionSeconds ?? 0);
    this.#state = { name: "waitCapabilities", invite };
    this.#send(invite);
  }

  /** The bearer delivered the PDU that was sent last. */
  sent(): void {
    this.#sending = false;
    if (this.#state.name === "givingUp" && this.#outbox.length === 0) {
      this.#close(LinkCloseReason.Timeout, this.#state.failed);
      return;
    }
    this.#restartTimer();
    this.#sendNext();
  }

  /** A Provisioning PDU from the device. */
  received(pdu: Uint8Array): void {
    const state = this.#state;
    this.#options.observe?.("received", pdu);
    if (state.name === "givingUp" || state.name === "closing" || state.name === "over") return;
    this.#restartTimer();
    if (pdu[0] === ProvisioningPduType.Failed) {
      this.#receivedFailed(pdu);
      return;
    }
    const fault = this.#take(state, pdu);
    if (fault !== undefined) this.#fail(fault);
  }

  /** A PDU in a state; returned: why provisioning fails. */
  #take(state: State, pdu: Uint8Array): ProvisioningFault | undefined {
    // An answer to what has not even been sent is none.
    const expected = this.#outbox.length > 0 ? undefined : expectedPdu(state);
    if (expected === undefined || pdu[0] !== expected.type) return "unexpectedPdu";
    if (pdu.length !== expected.length) return "badFormat";
    switch (state.name) {
      case "waitCapabilities":
        return this.#receivedCapabilities(state.invite, pdu);
      case "waitPublicKey":
        return this.#receivedPublicKey(state.agreement, pdu.slice(1));
      case "waitInputComplete":
        this.#confirm(state.shared, state.value);
        return undefined;
      case "waitConfirmation":
        return this.#receivedConfirmation(state.confirmed, pdu.slice(1));
      case "waitRandom":
        return this.#receivedRandom(state.confirmed, state.deviceConfirmation, pdu.slice(1));
      case "waitComplete":
        this.#close(LinkCloseReason.Success, state.result);
        return undefined;
      default:
        return "unexpectedPdu";
    }
  }

  /** The link is gone. */
  closed(reason: number): void {
    const state = this.#state;
    if (state.name === "over") return;
    this.#timer.stop();
    wipe(this.#privateKey);
    this.#state = { name: "over" };
    if (state.name === "closing" || state.name === "givingUp") {
      const outcome = state.name === "closing" ? state.outcome : state.failed;
      if ("fault" in outcome) this.#listener.failed({ ...outcome, closeReason: reason });
      else this.#listener.finished(outcome);
    } else {
      this.#listener.failed({ step: state.name, fault: "linkClosed", closeReason: reason });
    }
  }

  /** Give up: the link is closed with Fail. */
  cancel(): void {
    if (this.#state.name !== "closing" && this.#state.name !== "over") this.#fail("cancelled");
  }

  #receivedFailed(pdu: Uint8Array): void {
    const errorCode = pdu[1];
    const failed: Failed = { step: this.#state.name, fault: "deviceFailed" };
    this.#close(LinkCloseReason.Fail, errorCode === undefined ? failed : { ...failed, errorCode });
  }

  #receivedCapabilities(invite: Uint8Array, pdu: Uint8Array): ProvisioningFault | undefined {
    const capabilities = decodeCapabilities(pdu);
    if (capabilities === undefined || !isPermitted(capabilities)) return "badFormat";
    const { authentication, oobPublicKey } = this.#options;
    const algorithm = chooseAlgorithm(this.#options.algorithm ?? "strongest", capabilities);
    const oob = agreeOnOob(authentication, capabilities);
    const keyOffered = oobPublicKey === undefined || (capabilities.publicKeyType & 1) === 1;
    if (algorithm === undefined || oob === undefined || !keyOffered) return "notOffered";
    const start = encodeStart({
      algorithm,
      publicKey: oobPublicKey === undefined ? 0 : 1,
      authenticationMethod: AuthenticationMethod[authentication.method],
      authenticationAction: oob.action,
      authenticationSize: oob.size,
    });
    if (authentication.method === "output" || authentication.method === "input") this.#timeoutMs = 120_000;
    const inputs = concat(invite.subarray(1), pdu.subarray(1), start.subarray(1));
    const agreement = { capabilities, algorithm, oob, inputs };
    this.#state = { name: "waitPublicKey", agreement };
    this.#send(start);
    this.#send(encodePdu(ProvisioningPduType.PublicKey, this.#publicKey));
    return oobPublicKey === undefined ? undefined : this.#receivedPublicKey(agreement, oobPublicKey);
  }

  #receivedPublicKey(agreement: Agreement, publicKey: Uint8Array): ProvisioningFault | undefined {
    const { curve } = this.#platform;
    if (equal(publicKey, this.#publicKey)) return "ownPublicKey";
    if (!curve.isValid(publicKey)) return "invalidPublicKey";
    const ecdhSecret = curve.sharedSecret(this.#privateKey, publicKey);
    wipe(this.#privateKey);
    const inputs = concat(agreement.inputs, this.#publicKey, publicKey);
    this.#authenticate({ ...agreement, ecdhSecret, salt: confirmationSalt(agreement.algorithm, inputs) });
    return undefined;
  }

  #authenticate(shared: Shared): void {
    const { authentication } = this.#options;
    if (authentication.method === "none") this.#confirm(shared, undefined);
    else if (authentication.method === "static") this.#confirm(shared, authentication.value);
    else if (authentication.method === "output") {
      this.#state = { name: "waitAnswer", shared };
      authentication.ask(shared.oob, (value) => {
        if (this.#state.name === "waitAnswer") this.#confirm(shared, value);
      });
    } else {
      const value = authentication.value ?? drawInputValue(shared.oob, this.#platform.random);
      this.#state = { name: "waitInputComplete", shared, value };
      authentication.show(shared.oob, value);
    }
  }

  #confirm(shared: Shared, value: OobValue | undefined): void {
    const { algorithm, ecdhSecret, salt } = shared;
    const authenticationValue = authValue(algorithm, value);
    const key = confirmationKey(algorithm, ecdhSecret, salt, authenticationValue);
    const random = new Uint8Array(valueLength(algorithm));
    if (this.#options.randomProvisioner === undefined) this.#platform.random.fill(random);
    else random.set(this.#options.randomProvisioner);
    const ownConfirmation = confirmation(algorithm, key, random, authenticationValue);
    this.#state = {
      name: "waitConfirmation",
      confirmed: { ...shared, authValue: authenticationValue, key, random, ownConfirmation },
    };
    this.#send(encodePdu(ProvisioningPduType.Confirmation, ownConfirmation));
  }

  #receivedConfirmation(confirmed: Confirmed, deviceConfirmation: Uint8Array): ProvisioningFault | undefined {
    if (equal(deviceConfirmation, confirmed.ownConfirmation)) return "ownConfirmation";
    this.#state = { name: "waitRandom", confirmed, deviceConfirmation };
    this.#send(encodePdu(ProvisioningPduType.Random, confirmed.random));
    return undefined;
  }

  #receivedRandom(
    confirmed: Confirmed,
    deviceConfirmation: Uint8Array,
    randomDevice: Uint8Array,
  ): ProvisioningFault | undefined {
    const { algorithm, key, ecdhSecret, salt, random, capabilities } = confirmed;
    const expected = confirmation(algorithm, key, randomDevice, confirmed.authValue);
    if (!equal(expected, deviceConfirmation)) return "confirmationFailed";
    const keys = sessionKeys(ecdhSecret, salt, random, randomDevice);
    const { data } = this.#options;
    this.#state = {
      name: "waitComplete",
      result: { deviceKey: keys.deviceKey, capabilities, unicastAddress: data.unicastAddress },
    };
    const encrypted = encryptProvisioningData(keys, encodeProvisioningData(data));
    this.#send(encodePdu(ProvisioningPduType.Data, encrypted));
    return undefined;
  }

  #expired(): void {
    const failed: Failed = { step: this.#state.name, fault: "timeout" };
    this.#state = { name: "givingUp", failed };
    // The code is not specified; this one says nothing about the device.
    this.#send(encodePdu(ProvisioningPduType.Failed, Uint8Array.of(0x07)));
    if (!this.#sending) this.#close(LinkCloseReason.Timeout, failed);
  }

  #fail(fault: ProvisioningFault): void {
    this.#close(LinkCloseReason.Fail, { step: this.#state.name, fault });
  }

  #close(reason: LinkCloseReason, outcome: ProvisioningResult | Failed): void {
    this.#timer.stop();
    this.#outbox.length = 0;
    this.#state = { name: "closing", outcome };
    this.#link.close(reason);
  }

  #send(pdu: Uint8Array): void {
    this.#outbox.push(pdu);
    if (!this.#sending) this.#sendNext();
  }

  #sendNext(): void {
    while (!this.#sending) {
      const pdu = this.#outbox.shift();
      if (pdu === undefined) return;
      const { tamper } = this.#options;
      const real = tamper === undefined ? pdu : tamper(pdu);
      // A PDU that the attacker swallows is over at once.
      if (real === undefined) continue;
      this.#sending = true;
      this.#restartTimer();
      this.#options.observe?.("sent", real);
      this.#link.send(real);
    }
  }

  #restartTimer(): void {
    const { name } = this.#state;
    if (name !== "closing" && name !== "givingUp" && name !== "over") this.#timer.start(this.#timeoutMs);
  }
}

/** The PDU that a state waits for, and its exact length. MshPRT 5.4.1. */
function expectedPdu(state: State): { readonly type: number; readonly length: number } | undefined {
  switch (state.name) {
    case "waitCapabilities":
      return { type: ProvisioningPduType.Capabilities, length: 12 };
    case "waitPublicKey":
      return { type: ProvisioningPduType.PublicKey, length: 65 };
    case "waitInputComplete":
      return { type: ProvisioningPduType.InputComplete, length: 1 };
    case "waitConfirmation":
      return { type: ProvisioningPduType.Confirmation, length: 1 + valueLength(state.confirmed.algorithm) };
    case "waitRandom":
      return { type: ProvisioningPduType.Random, length: 1 + valueLength(state.confirmed.algorithm) };
    case "waitComplete":
      return { type: ProvisioningPduType.Complete, length: 1 };
    default:
      return undefined;
  }
}
