/** A PB-ADV on a bench: PDUs in by hand, PDUs out with their time; the Link ID and UUID are those of sample 8.7. */

import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { Advertiser } from "../../modules/bearer/advertiser.js";
import { concat, toHex } from "../../modules/bytes.js";
import type { Radio, RadioListener } from "../../modules/platform.js";
import type { LinkCloseReason } from "../../modules/provisioning/bearer.js";
import { encodeSegment, lastSegment } from "../../modules/provisioning/generic-pdu.js";
import { PbAdv } from "../../modules/provisioning/pb-adv.js";
import { FakeClock } from "./fake-clock.js";
import { hex } from "./provisionee-bench.js";
import { RecordingTrace } from "./recording-trace.js";

/** The Device UUID of sample 8.7. */
export const UUID = "70cf7c9732a345b691494810d2e9cbf4";
/** Its Link ID. */
export const LINK = "23af5850";
export const LINK_OPEN = `${LINK}0003${UUID}`;
export const LINK_ACK = `${LINK}0007`;
/** The provisioner's first PDU, transaction 00, and its acknowledgment. */
export const INVITE = `${LINK}00000002140000`;
export const INVITE_ACK = `${LINK}0001`;
export const AIR_TIME_MS = 2;

/** One PB-ADV, its radio, and a listener that writes down what it hears. */
export class PbAdvBench {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly pbAdv: PbAdv;
  /** PB-ADV PDUs on the air, with the time of their beginning. */
  readonly sent: { readonly atMs: number; readonly pdu: string }[] = [];
  /** What the listener was told, in order. */
  readonly heard: string[] = [];
  readonly #advertiser: Advertiser;

  constructor() {
    const { clock, trace } = this;
    let listener: RadioListener | undefined;
    const event = clock.createTimer(() => listener?.transmitted());
    const radio: Radio = {
      open: (opened) => {
        listener = opened;
      },
      setScanning: () => {},
      transmit: (data) => {
        if (event.running) throw new Error("the radio is busy");
        this.sent.push({ atMs: clock.now(), pdu: toHex(data.subarray(2)) });
        event.start(AIR_TIME_MS);
      },
      setConnectable: () => {},
      renewAddress: () => {},
    };
    this.#advertiser = new Advertiser(radio, clock, trace);
    this.pbAdv = new PbAdv({
      deviceUuid: hex(UUID),
      advertiser: this.#advertiser,
      clock,
      random: new SeededRandom(3),
      trace,
    });
    this.accept();
  }

  accept(): void {
    this.pbAdv.accept({
      linkOpened: () => this.heard.push("opened"),
      linkClosed: (reason: LinkCloseReason) => this.heard.push(`closed ${reason}`),
      received: (pdu) => this.heard.push(toHex(pdu)),
      sent: () => this.heard.push("sent"),
    });
  }

  /** A PB-ADV PDU from the air. */
  hear(pdu: string): void {
    const payload = hex(pdu);
    this.#advertiser.received(concat(new Uint8Array([payload.length + 1, 0x29]), payload), -50);
  }

  /** What goes on the air within so many milliseconds. */
  out(ms: number): string[] {
    this.sent.length = 0;
    this.clock.advance(ms);
    return this.sent.map(({ pdu }) => pdu);
  }

  /** With the link of the sample open, and its Link ACK gone. */
  open(): this {
    this.hear(LINK_OPEN);
    this.clock.advance(100);
    this.sent.length = 0;
    return this;
  }

  /** What one PDU makes the trace say. */
  reasonOf(pdu: string): string | undefined {
    this.trace.drops.length = 0;
    this.hear(pdu);
    return this.trace.reasons[0];
  }
}

/** The PB-ADV PDUs of one transaction. */
export function transaction(number: number, pdu: Uint8Array): string[] {
  const messages: string[] = [];
  for (let index = 0; index <= lastSegment(pdu.length); index++) {
    const target = new Uint8Array(24);
    const end = encodeSegment(target, 0, pdu, index);
    messages.push(LINK + toHex(new Uint8Array([number])) + toHex(target.subarray(0, end)));
  }
  return messages;
}
