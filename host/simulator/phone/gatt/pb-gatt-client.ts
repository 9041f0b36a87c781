/** The provisioner's end of PB-GATT. MshPRT 5.2.2, 7.1. */

import { ProvisioningPduType } from "../pdu.js";
import { LinkCloseReason, type ProvisioningLink, type ProvisioningLinkListener } from "../provisioning.js";
import { ProxyType } from "./proxy-pdu.js";
import type { LinkFault, ServiceLink, ServiceLinkListener } from "./service-link.js";

/** How a phone differs from the plain way. */
export interface PbGattHabits {
  /** Capabilities that come before the news that Invite has been written are not heard at all. */
  readonly deafWhileInviting?: boolean;
  /** When the provisioning is over in this way, the connection is kept. Default: always ended. */
  readonly staysConnected?: "complete" | "failed";
}

/** What else the link tells. */
export interface PbGattListener extends ProvisioningLinkListener {
  /** Something is wrong with the device. */
  fault?(fault: LinkFault): void;
  /** A PDU came that the phone was deaf to, or one of another type than provisioning. */
  ignored?(type: number, pdu: Uint8Array): void;
}

/** A `ProvisioningLink` on a service link, which it listens to. A fault of the device ends the connection. */
export class PbGattClient implements ProvisioningLink, ServiceLinkListener {
  readonly #link: () => ServiceLink | undefined;
  readonly #habits: PbGattHabits;
  readonly #listener: PbGattListener;
  #reason: number = LinkCloseReason.Fail;
  #inviting = false;
  #receiving = false;
  #ending = false;
  #over = false;

  /** link: asked each time, as it comes later than its listener. */
  constructor(link: () => ServiceLink | undefined, habits: PbGattHabits, listener: PbGattListener) {
    this.#link = link;
    this.#habits = habits;
    this.#listener = listener;
  }

  send(pdu: Uint8Array): void {
    this.#inviting = pdu[0] === ProvisioningPduType.Invite;
    this.#link()?.send(ProxyType.Provisioning, pdu);
  }

  close(reason: LinkCloseReason): void {
    this.#reason = reason;
    const stays = reason === LinkCloseReason.Success ? "complete" : "failed";
    // Nothing comes up from within a call: the end is told when what has come has been dealt with.
    if (this.#receiving && this.#habits.staysConnected === stays) this.#ending = true;
    else this.#link()?.close();
  }

  opened(): void {
    this.#listener.opened();
  }

  received(type: number, message: Uint8Array): void {
    const isDeaf = this.#inviting && this.#habits.deafWhileInviting === true;
    if (type !== ProxyType.Provisioning || isDeaf) this.#listener.ignored?.(type, message);
    else this.#take(message);
  }

  sent(): void {
    this.#inviting = false;
    this.#listener.sent();
  }

  fault(fault: LinkFault): void {
    this.#listener.fault?.(fault);
    this.#link()?.close();
  }

  servicesChanged(): void {}

  closed(): void {
    this.#end();
  }

  #take(message: Uint8Array): void {
    this.#receiving = true;
    this.#listener.received(message);
    this.#receiving = false;
    if (this.#ending) this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.closed(this.#reason);
  }
}
