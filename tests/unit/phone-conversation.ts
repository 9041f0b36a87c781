/** A provisioner of the phone in a test's hands, and what a device with the samples' key pair says. MshPRT 8.17. */

import { P256 } from "../../host/simulator/phone/p256.js";
import { Provisioner } from "../../host/simulator/phone/provisioner.js";
import type { ProvisioningOptions } from "../../host/simulator/phone/provisioning.js";
import {
  Algorithm,
  authValue,
  confirmation,
  confirmationKey,
  confirmationSalt,
  type OobValue,
} from "../../host/simulator/phone/security.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import { FakeClock } from "../support/fake-clock.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import provisioning from "../vectors/provisioning.json" with { type: "json" };
import { hex } from "./phone-radio.js";

interface Vector {
  readonly type: string;
  readonly inputs: Fields;
  readonly outputs: Fields;
}

const vectors: readonly Vector[] = provisioning.vectors;

function sample(type: "securityCmac" | "securityHmac"): Vector {
  const found = vectors.find((vector) => vector.type === type);
  if (found === undefined) throw new Error(`there is no ${type}`);
  return found;
}

/** One curve for all: making it is dear. */
export const CURVE = new P256();
/** The samples of both algorithms. MshPRT 8.17. */
export const cmac = sample("securityCmac");
export const hmac = sample("securityHmac");

/** A field of the CMAC sample, as digits; both samples have the same key pairs. */
export function digits(name: string, { inputs, outputs }: Vector = cmac): string {
  return toHex(octetsOf(name in inputs ? inputs : outputs, name));
}

/** The public keys of the samples. */
export const OWN_KEY = digits("PublicKeyProvisionerX") + digits("PublicKeyProvisionerY");
export const DEVICE_KEY = digits("PublicKeyDeviceX") + digits("PublicKeyDeviceY");
/** One element, CMAC, no OOB: the parameters of the sample's Capabilities. */
export const PLAIN = digits("ProvisioningCapabilities");
/** One element, both algorithms, OOB key, static OOB, every output and input action with up to 8 digits. */
export const RICH = "010003010108001f08000f";

/** A provisioning with a bearer that delivers at once, unless told otherwise. */
export class Conversation {
  readonly clock = new FakeClock();
  readonly observed: string[] = [];
  readonly provisioner: Provisioner;
  readonly #log: string[] = [];

  constructor(options: Partial<ProvisioningOptions> = {}) {
    const { inputs } = cmac;
    const all: ProvisioningOptions = {
      data: {
        netKey: octetsOf(inputs, "NetworkKey"),
        netKeyIndex: 0x0567,
        flags: 0,
        ivIndex: 0x01020304,
        unicastAddress: 0x0b0c,
      },
      authentication: { method: "none" },
      privateKey: octetsOf(inputs, "PrivateKeyProvisioner"),
      observe: (direction, pdu) => this.observed.push(`${direction} ${toHex(pdu)}`),
      ...options,
    };
    this.provisioner = new Provisioner(
      {
        send: (pdu) => this.#log.push(toHex(pdu)),
        close: (reason) => this.#log.push(`close ${reason}`),
      },
      { clock: this.clock, random: new SeededRandom(9), curve: CURVE },
      all,
      {
        finished: ({ deviceKey, unicastAddress, capabilities }) =>
          this.#log.push(`finished ${toHex(deviceKey)} ${unicastAddress} ${capabilities.numberOfElements}`),
        failed: ({ step, fault, errorCode, closeReason }) =>
          this.#log.push(`failed ${step} ${fault} ${errorCode} ${closeReason}`),
      },
    );
  }

  /** The link opens; returned: what the provisioner sends. */
  open(): string[] {
    this.provisioner.opened();
    return this.deliver();
  }

  /** The device says something; returned: what came of it, with the bearer delivering and closing at once. */
  device(pdu: string): string[] {
    const lent = hex(pdu);
    this.provisioner.received(lent);
    lent.fill(0xee);
    return this.deliver();
  }

  deliver(): string[] {
    for (let seen = 0; seen < this.#log.length; seen++) {
      const event = this.#log[seen] ?? "";
      if (event.startsWith("close ")) this.provisioner.closed(Number(event.slice(6)));
      else if (!event.includes(" ")) this.provisioner.sent();
    }
    return this.take();
  }

  /** What happened, without delivering it. */
  take(): string[] {
    return this.#log.splice(0);
  }
}

/** A device's Confirmation and Random. */
export function answers(
  algorithm: Algorithm,
  capabilities: string,
  start: string,
  oob: OobValue | undefined,
) {
  const value = authValue(algorithm, oob);
  const salt = confirmationSalt(algorithm, hex(`00${capabilities}${start}${OWN_KEY}${DEVICE_KEY}`));
  const key = confirmationKey(algorithm, octetsOf(cmac.outputs, "ECDHSecret"), salt, value);
  const random = octetsOf((algorithm === Algorithm.Cmac ? cmac : hmac).inputs, "RandomDevice");
  return {
    confirmation: `05${toHex(confirmation(algorithm, key, random, value))}`,
    random: `06${toHex(random)}`,
  };
}
