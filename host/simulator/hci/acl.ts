/**
 * Data of connections: L2CAP frames in ACL packets no longer than the controller takes, and never more of them than it
 * has room for. Core Specification, Vol 4, Part E, 4.1 and 5.4.2; Vol 3, Part A, 7.2.1.
 */

import { concat, getUint16LE, setUint16LE } from "../../../modules/bytes.js";
import type { Controller } from "./controller.js";
import { type Completed, handleAt } from "./events.js";

/** Octets of an L2CAP frame's header: length, channel. */
const FRAME_HEADER = 4;
const ACL_HEADER = 4;

/** Packet boundary flags, above the handle. */
const Boundary = Object.freeze({ FirstToController: 0x0000, Continuing: 0x1000, Mask: 0x3000 } as const);

/** The largest payload that is put together: an ATT PDU of the largest ATT_MTU. */
export const MAX_PAYLOAD = 517;

/** Frames of one link that wait; a client that reads so slowly, and asks on, is not one to keep. */
export const MAX_WAITING_FRAMES = 64;

/** Who hears of links. */
export interface AclListener {
  /** An L2CAP frame's payload, borrowed. */
  frame(handle: number, channel: number, payload: Uint8Array): void;
  /** Something of that link has left the controller. */
  progressed(handle: number): void;
  /** The link cannot go on: it breaks the rules, or does not read. */
  spoiled(handle: number): void;
}

interface Link {
  readonly handle: number;
  /** Whole frames that have not begun, in order. */
  readonly frames: Uint8Array[];
  /** What is left of the frame that has begun. */
  rest: Uint8Array | undefined;
  /** Packets in the controller. */
  inController: number;
  /** What has come of a frame; undefined: its beginning is missing. */
  incoming: Uint8Array | undefined;
  /** Nothing more is taken from it. */
  isSpoiled: boolean;
}

/** The data of all links of one controller. */
export class Acl {
  readonly #controller: Controller;
  readonly #packetLength: number;
  readonly #packets: number;
  readonly #listener: AclListener;
  readonly #links = new Map<number, Link>();
  #inController = 0;

  constructor(
    controller: Controller,
    room: { readonly aclLength: number; readonly aclPackets: number },
    listener: AclListener,
  ) {
    this.#controller = controller;
    this.#packetLength = room.aclLength;
    this.#packets = room.aclPackets;
    this.#listener = listener;
  }

  open(handle: number): void {
    this.close(handle);
    this.#links.set(handle, {
      handle,
      frames: [],
      rest: undefined,
      inController: 0,
      incoming: undefined,
      isSpoiled: false,
    });
  }

  /** What was on its way is lost; the controller has forgotten it, too. */
  close(handle: number): void {
    this.#inController -= this.#links.get(handle)?.inController ?? 0;
    this.#links.delete(handle);
    this.#pump();
  }

  /** Queue a frame; payload: copied. Whoever sends without being asked looks at `waiting` first. */
  send(handle: number, channel: number, payload: Uint8Array): void {
    const link = this.#links.get(handle);
    if (link === undefined) return;
    const header = new Uint8Array(FRAME_HEADER);
    setUint16LE(header, 0, payload.length);
    setUint16LE(header, 2, channel);
    link.frames.push(concat(header, payload));
    this.#pump();
  }

  /** Frames that have not left for the controller. */
  waiting(handle: number): number {
    const link = this.#links.get(handle);
    return link === undefined ? 0 : link.frames.length + (link.rest === undefined ? 0 : 1);
  }

  /** Whether everything has left, the controller as well. */
  isIdle(handle: number): boolean {
    return this.waiting(handle) === 0 && (this.#links.get(handle)?.inController ?? 0) === 0;
  }

  /** Packets have left the controller. */
  completed(completed: readonly Completed[]): void {
    for (const { handle, packets } of completed) {
      const link = this.#links.get(handle);
      if (link === undefined) continue;
      const count = Math.min(packets, link.inController);
      link.inController -= count;
      this.#inController -= count;
    }
    this.#pump();
    for (const { handle } of completed) if (this.#links.has(handle)) this.#listener.progressed(handle);
  }

  /** An ACL packet with its header has come. */
  received(packet: Uint8Array): void {
    if (packet.length < ACL_HEADER) return;
    const link = this.#links.get(handleAt(packet, 0));
    if (link === undefined || link.isSpoiled) return;
    const data = packet.subarray(ACL_HEADER);
    const isContinuing = (getUint16LE(packet, 0) & Boundary.Mask) === Boundary.Continuing;
    if (!isContinuing) link.incoming = new Uint8Array(data);
    else if (link.incoming !== undefined) link.incoming = concat(link.incoming, data);
    this.#assemble(link);
  }

  #assemble(link: Link): void {
    const { incoming, handle } = link;
    if (incoming === undefined || incoming.length < FRAME_HEADER) return;
    const length = getUint16LE(incoming, 0);
    const isTooLong = length > MAX_PAYLOAD || incoming.length > FRAME_HEADER + length;
    if (!isTooLong && incoming.length < FRAME_HEADER + length) return;
    link.incoming = undefined;
    link.isSpoiled = isTooLong || link.frames.length > MAX_WAITING_FRAMES;
    if (link.isSpoiled) this.#listener.spoiled(handle);
    else this.#listener.frame(handle, getUint16LE(incoming, 2), incoming.subarray(FRAME_HEADER));
  }

  /** As much as the controller takes: one packet of each link in turn. */
  #pump(): void {
    for (let sent = true; sent; ) {
      sent = false;
      for (const link of this.#links.values()) {
        // Never more than is left to the others: clients that do not read, one after another, do not take it all.
        const hasRoom = link.inController < this.#packets - this.#inController;
        if (hasRoom && this.#sendOne(link)) sent = true;
      }
    }
  }

  #sendOne(link: Link): boolean {
    const isContinuing = link.rest !== undefined;
    const octets = link.rest ?? link.frames.shift();
    if (octets === undefined) return false;
    const data = octets.subarray(0, this.#packetLength);
    link.rest = data.length < octets.length ? octets.subarray(data.length) : undefined;
    const header = new Uint8Array(ACL_HEADER);
    setUint16LE(header, 0, link.handle | (isContinuing ? Boundary.Continuing : Boundary.FirstToController));
    setUint16LE(header, 2, data.length);
    link.inController += 1;
    this.#inController += 1;
    this.#controller.sendAcl(header, data);
    return true;
  }
}
