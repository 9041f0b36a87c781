/** The server's end of one ATT bearer: what one client asks, writes and is told. Core Specification, Vol 3, Part F. */

import { getUint16LE } from "../../../modules/bytes.js";
import {
  type AttView,
  findByTypeValue,
  findInformation,
  readByGroupType,
  readByType,
  readValue,
} from "./att-discovery.js";
import {
  AttError,
  AttOpcode,
  COMMAND_FLAG,
  DEFAULT_MTU,
  errorResponse,
  LARGEST_MTU,
  pdu,
  VALUE_HEADER,
  word,
} from "./att-pdu.js";
import { type Attribute, type GattTable, SWAPPED_HANDLES } from "./gatt-table.js";

/** What a Client Characteristic Configuration says. Vol 3, Part G, 3.3.3.3. */
const Configuration = Object.freeze({ Nothing: 0, Notify: 1, Indicate: 2 } as const);

/** Who hears of a client. */
export interface AttServerListener {
  /** A PDU for the client; copied. */
  send(pdu: Uint8Array): void;
  /** Data Out's notifications have been switched. */
  subscribed(on: boolean): void;
  /** Data In has been written; borrowed. */
  written(value: Uint8Array): void;
  /** An indication is on its way: within 30 s it is confirmed, or the link must be closed. 3.3.3. */
  awaitConfirmation(on: boolean): void;
}

/** One client. */
export class AttServer {
  readonly #listener: AttServerListener;
  #table: GattTable;
  #mtu = DEFAULT_MTU;
  #subscribed = false;
  /** The client wants Service Changed. */
  #wantsChanges = false;
  /** An indication waits for its confirmation, and whether there is another change since. */
  #indicating = false;
  #changedAgain = false;

  constructor(table: GattTable, listener: AttServerListener) {
    this.#table = table;
    this.#listener = listener;
  }

  /** ATT_MTU as agreed. */
  get mtu(): number {
    return this.#mtu;
  }

  get subscribed(): boolean {
    return this.#subscribed;
  }

  /** There is another mesh service: nothing of the old one holds, and the client is told if it wants to know. */
  swap(table: GattTable): void {
    this.#table = table;
    this.#subscribed = false;
    this.#indicateChange();
  }

  /** Send Data Out's value, at most ATT_MTU - 3 octets. Only while subscribed. */
  notify(value: Uint8Array): void {
    const handle = this.#table.dataOut;
    if (handle === undefined || !this.#subscribed) throw new RangeError("nobody has subscribed");
    this.#listener.send(pdu(AttOpcode.Notification, word(handle), value));
  }

  /** A PDU of the client; borrowed. */
  received(octets: Uint8Array): void {
    const opcode = octets[0];
    if (opcode === undefined) return;
    if (opcode === AttOpcode.Confirmation) this.#confirmed();
    else if (opcode === AttOpcode.Indication) this.#listener.send(pdu(AttOpcode.Confirmation));
    else if ((opcode & COMMAND_FLAG) !== 0) this.#command(opcode, octets);
    else if (octets.length > this.#mtu) this.#listener.send(errorResponse(opcode, 0, AttError.InvalidPdu));
    else this.#request(opcode, octets);
  }

  #command(opcode: number, octets: Uint8Array): void {
    // Whatever is wrong with a command, there is no answer to it.
    if (opcode !== AttOpcode.WriteCommand || octets.length < VALUE_HEADER || octets.length > this.#mtu)
      return;
    if (this.#table.find(getUint16LE(octets, 1))?.kind !== "dataIn") return;
    this.#listener.written(octets.subarray(VALUE_HEADER));
  }

  #request(opcode: number, octets: Uint8Array): void {
    if (opcode === AttOpcode.WriteRequest) {
      this.#write(octets);
      return;
    }
    if (opcode === AttOpcode.ExchangeMtuRequest) {
      this.#exchangeMtu(octets);
      return;
    }
    const answer = this.#answer(opcode, octets);
    if (answer !== undefined) this.#listener.send(answer);
  }

  #answer(opcode: number, octets: Uint8Array): Uint8Array | undefined {
    const view = this.#view();
    switch (opcode) {
      case AttOpcode.FindInformationRequest:
        return findInformation(octets, view);
      case AttOpcode.FindByTypeValueRequest:
        return findByTypeValue(octets, view);
      case AttOpcode.ReadByTypeRequest:
        return readByType(octets, view);
      case AttOpcode.ReadRequest:
      case AttOpcode.ReadBlobRequest:
        return readValue(octets, view);
      case AttOpcode.ReadByGroupTypeRequest:
        return readByGroupType(octets, view);
      default:
        // Responses have odd numbers, and none was asked for.
        return opcode % 2 === 1 ? undefined : errorResponse(opcode, 0, AttError.RequestNotSupported);
    }
  }

  #exchangeMtu(octets: Uint8Array): void {
    if (octets.length !== 3) {
      this.#listener.send(errorResponse(AttOpcode.ExchangeMtuRequest, 0, AttError.InvalidPdu));
      return;
    }
    this.#listener.send(pdu(AttOpcode.ExchangeMtuResponse, word(LARGEST_MTU)));
    this.#mtu = Math.max(DEFAULT_MTU, Math.min(getUint16LE(octets, 1), LARGEST_MTU));
  }

  #write(octets: Uint8Array): void {
    const handle = octets.length < VALUE_HEADER ? 0 : getUint16LE(octets, 1);
    const attribute = this.#table.find(handle);
    const value = octets.subarray(VALUE_HEADER);
    const error = octets.length < VALUE_HEADER ? AttError.InvalidPdu : whyNotWritten(attribute, value);
    if (error !== undefined) {
      this.#listener.send(errorResponse(AttOpcode.WriteRequest, handle, error));
      return;
    }
    this.#listener.send(pdu(AttOpcode.WriteResponse));
    if (attribute?.kind === "configuration") this.#configure(attribute.of, getUint16LE(value, 0));
  }

  #configure(of: "serviceChanged" | "dataOut", value: number): void {
    const on = value !== Configuration.Nothing;
    if (of === "serviceChanged") this.#wantsChanges = on;
    else if (on !== this.#subscribed) {
      this.#subscribed = on;
      this.#listener.subscribed(on);
    }
  }

  #indicateChange(): void {
    if (!this.#wantsChanges) return;
    if (this.#indicating) {
      this.#changedAgain = true;
      return;
    }
    const { first, last } = SWAPPED_HANDLES;
    this.#indicating = true;
    this.#listener.send(pdu(AttOpcode.Indication, word(this.#table.serviceChanged), word(first), word(last)));
    this.#listener.awaitConfirmation(true);
  }

  #confirmed(): void {
    if (!this.#indicating) return;
    this.#indicating = false;
    this.#listener.awaitConfirmation(false);
    if (!this.#changedAgain) return;
    this.#changedAgain = false;
    this.#indicateChange();
  }

  #view(): AttView {
    return { table: this.#table, mtu: this.#mtu, read: (attribute) => this.#read(attribute) };
  }

  #read(attribute: Attribute): Uint8Array | undefined {
    if (attribute.kind === "value") return attribute.value;
    if (attribute.kind !== "configuration") return undefined;
    if (attribute.of === "dataOut") {
      return word(this.#subscribed ? Configuration.Notify : Configuration.Nothing);
    }
    return word(this.#wantsChanges ? Configuration.Indicate : Configuration.Nothing);
  }
}

/** The error of a Write Request; undefined: it may be written. 3.4.5.1. */
function whyNotWritten(attribute: Attribute | undefined, value: Uint8Array): number | undefined {
  if (attribute === undefined) return AttError.InvalidHandle;
  // Data In has no other property than Write Without Response. MshPRT 7.1.3.1, 7.2.3.1.
  if (attribute.kind !== "configuration") return AttError.WriteNotPermitted;
  if (value.length !== 2) return AttError.InvalidAttributeValueLength;
  const on = attribute.of === "dataOut" ? Configuration.Notify : Configuration.Indicate;
  const configuration = getUint16LE(value, 0);
  return configuration === Configuration.Nothing || configuration === on
    ? undefined
    : AttError.ValueNotAllowed;
}
