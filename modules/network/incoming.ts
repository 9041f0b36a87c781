import type { NetworkPdu } from "./network.js";
import { dstOf, HEADER_SIZE, isControl, seqOf, srcOf, ttlOf } from "./network-pdu.js";
import type { Subnet } from "./subnet.js";

/** What a PDU does not say of itself. */
interface Circumstances {
  readonly ivIndex: number;
  readonly subnet: Subnet;
  readonly rssi: number;
}

/** The one NetworkPdu that is handed up, again and again. */
export class Incoming implements NetworkPdu {
  ctl = false;
  ttl = 0;
  seq = 0;
  src = 0;
  dst = 0;
  ivIndex = 0;
  rssi = 0;
  transportPdu: Uint8Array = new Uint8Array(0);
  #subnet: Subnet | undefined;

  /** Throws before the first PDU: reading it then is our own mistake. */
  get subnet(): Subnet {
    if (this.#subnet === undefined) throw new Error("no PDU has come yet");
    return this.#subnet;
  }

  /** clear: the PDU in clear, without its NetMIC. */
  set(clear: Uint8Array, { ivIndex, subnet, rssi }: Circumstances): void {
    this.ctl = isControl(clear);
    this.ttl = ttlOf(clear);
    this.seq = seqOf(clear);
    this.src = srcOf(clear);
    this.dst = dstOf(clear);
    this.transportPdu = clear.subarray(HEADER_SIZE);
    this.ivIndex = ivIndex;
    this.#subnet = subnet;
    this.rssi = rssi;
  }
}
