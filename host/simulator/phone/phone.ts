/** A provisioner with a radio: the peer of a node in tests, and in the simulator's page. */

import type { Clock, Radio, Random } from "../../../modules/platform.js";
import { P256 } from "./p256.js";
import { PbAdvClient, type PbAdvDrop, type PbAdvListener } from "./pb-adv-client.js";
import type { UnprovisionedDevice } from "./pb-adv-pdu.js";
import { Provisioner } from "./provisioner.js";
import type { ProvisioningListener, ProvisioningOptions } from "./provisioning.js";

/** What a phone is made of, and whom it tells what it hears beside a provisioning. */
export interface PhoneOptions {
  readonly radio: Radio;
  readonly clock: Clock;
  readonly random: Random;
  /** Pause before what was not acknowledged is sent again; default: 200. */
  readonly retransmissionMs?: number;
  /** An unprovisioned device beacon; octets are borrowed, rssi: dBm. */
  readonly beacon?: (device: UnprovisionedDevice, rssi: number) => void;
  /** A PB-ADV PDU of the open link that could not be used. */
  readonly dropped?: (reason: PbAdvDrop, pdu: Uint8Array) => void;
}

/** Provisions one device at a time over PB-ADV. */
export class Phone {
  readonly #options: PhoneOptions;
  readonly #curve = new P256();
  readonly #client: PbAdvClient;
  #provisioner: Provisioner | undefined;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.#client = new PbAdvClient(options, this.#listener());
  }

  /** Whether a provisioning is running; it ends with a call of its listener. */
  get busy(): boolean {
    return this.#provisioner !== undefined;
  }

  /** Provision the device with this UUID; linkId: random unless given. Throws RangeError when busy. */
  provision(
    deviceUuid: Uint8Array,
    options: ProvisioningOptions,
    listener: ProvisioningListener,
    linkId?: number,
  ): void {
    if (this.busy) throw new RangeError("the phone is provisioning already");
    const { clock, random } = this.#options;
    const platform = { clock, random, curve: this.#curve };
    this.#client.open(deviceUuid, linkId);
    this.#provisioner = new Provisioner(this.#client, platform, options, listener);
  }

  /** Close the link with Fail. */
  cancel(): void {
    this.#provisioner?.cancel();
  }

  #listener(): PbAdvListener {
    return {
      opened: () => this.#provisioner?.opened(),
      received: (pdu) => this.#provisioner?.received(pdu),
      sent: () => this.#provisioner?.sent(),
      closed: (reason) => {
        const provisioner = this.#provisioner;
        // Gone before its listener hears of the end, who may provision the next device at once.
        this.#provisioner = undefined;
        provisioner?.closed(reason);
      },
      beacon: (device, rssi) => this.#options.beacon?.(device, rssi),
      dropped: (reason, pdu) => this.#options.dropped?.(reason, pdu),
    };
  }
}
