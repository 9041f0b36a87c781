/** A GATT client on a virtual controller's link, as phones are: it discovers at once, and wants Service Changed. */

import type {
  Peripheral,
  PeripheralListener,
  RemoteService,
} from "../../host/simulator/phone/gatt/central.js";
import { concat, getUint16LE, octet, setUint16LE } from "../../modules/bytes.js";
import type { VirtualController } from "./virtual-controller.js";

const ATT = 4;
const LAST_HANDLE = 0xffff;

interface Characteristic {
  readonly uuid: number;
  readonly value: number;
  /** The handle of its configuration; 0: it has none. */
  configuration: number;
}

interface Service {
  readonly uuid: number;
  readonly first: number;
  readonly last: number;
  readonly characteristics: Characteristic[];
}

/** One question: the request, and who gets the answer. */
interface Question {
  readonly request: Uint8Array;
  readonly answered: (answer: Uint8Array) => void;
}

/** `Peripheral` for the server behind that controller. */
export class AttClient implements Peripheral {
  readonly #controller: VirtualController;
  readonly #handle: number;
  readonly #questions: Question[] = [];
  #listener: PeripheralListener | undefined;
  #services: Service[] = [];
  #open = true;
  #mtu = 23;

  constructor(controller: VirtualController) {
    this.#controller = controller;
    this.#handle = controller.connect({
      frame: (channel, payload) => {
        if (channel === ATT) this.#received(new Uint8Array(payload));
      },
      disconnected: () => this.#ended(),
    });
    this.#findServices(1, () => this.#wantChanges());
  }

  get open(): boolean {
    return this.#open;
  }

  get mtu(): number {
    return this.#mtu;
  }

  listen(listener: PeripheralListener): void {
    this.#listener = listener;
  }

  exchangeMtu(mtu: number): void {
    this.#ask(pdu(0x02, mtu), (answer) => {
      this.#mtu = Math.max(23, Math.min(mtu, getUint16LE(answer, 1)));
      this.#listener?.mtuChanged(this.#mtu);
    });
  }

  discover(): void {
    this.#services = [];
    this.#findServices(1, () => this.#listener?.discovered(this.#meshServices()));
  }

  subscribe(service: number, value: number): void {
    const [, dataOut] = this.#characteristics(service);
    this.#ask(pdu(0x12, dataOut?.configuration ?? 0, value), (answer) =>
      this.#listener?.configured(answer[0] === 0x01 ? octet(answer, 4) : undefined),
    );
  }

  write(service: number, value: Uint8Array): boolean {
    const [dataIn] = this.#characteristics(service);
    this.#send(concat(pdu(0x52, dataIn?.value ?? 0), value));
    return this.#open;
  }

  setTaking(on: boolean): void {
    this.#controller.setTaking(this.#handle, on);
  }

  disconnect(): void {
    this.#controller.lose(this.#handle, 0x13);
    this.#ended();
  }

  /** Go out of reach. */
  vanish(): void {
    this.#controller.lose(this.#handle);
    this.#open = false;
  }

  #ended(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#listener?.disconnected();
  }

  #findServices(from: number, done: () => void): void {
    this.#ask(pdu(0x10, from, LAST_HANDLE, 0x2800), (answer) => {
      if (answer[0] !== 0x11) {
        this.#findCharacteristics(this.#services.slice(), done);
        return;
      }
      let last = LAST_HANDLE;
      for (let at = 2; at < answer.length; at += octet(answer, 1)) {
        last = getUint16LE(answer, at + 2);
        const [first, uuid] = [getUint16LE(answer, at), getUint16LE(answer, at + 4)];
        this.#services.push({ uuid, first, last, characteristics: [] });
      }
      this.#findServices(last + 1, done);
    });
  }

  /** Of all services, one after the other. */
  #findCharacteristics(services: readonly Service[], done: () => void): void {
    const [service, ...others] = services;
    if (service === undefined) done();
    else this.#findInService(service, service.first, () => this.#findCharacteristics(others, done));
  }

  #findInService(service: Service, from: number, done: () => void): void {
    this.#ask(pdu(0x08, from, service.last, 0x2803), (answer) => {
      if (answer[0] !== 0x09) {
        this.#findConfigurations(service, service.first, done);
        return;
      }
      let last = from;
      for (let at = 2; at < answer.length; at += octet(answer, 1)) {
        last = getUint16LE(answer, at);
        const [value, uuid] = [getUint16LE(answer, at + 3), getUint16LE(answer, at + 5)];
        service.characteristics.push({ uuid, value, configuration: 0 });
      }
      this.#findInService(service, last + 1, done);
    });
  }

  #findConfigurations(service: Service, from: number, done: () => void): void {
    if (from > service.last) {
      done();
      return;
    }
    this.#ask(pdu(0x04, from, service.last), (answer) => {
      let last = service.last;
      for (let at = 2; answer[0] === 0x05 && at < answer.length; at += 4) {
        last = getUint16LE(answer, at);
        if (getUint16LE(answer, at + 2) !== 0x2902) continue;
        const owner = service.characteristics.findLast(({ value }) => value < last);
        if (owner !== undefined) owner.configuration = last;
      }
      this.#findConfigurations(service, last + 1, done);
    });
  }

  #wantChanges(): void {
    const [changed] = this.#characteristics(0x1801);
    if (changed !== undefined) this.#ask(pdu(0x12, changed.configuration, 2), () => {});
  }

  #characteristics(service: number): readonly Characteristic[] {
    return this.#services.find(({ uuid }) => uuid === service)?.characteristics ?? [];
  }

  #meshServices(): readonly RemoteService[] {
    return this.#services
      .filter(({ uuid }) => uuid === 0x1827 || uuid === 0x1828)
      .map(({ uuid, characteristics: [dataIn, dataOut] }) => ({
        service: uuid,
        dataIn: dataIn?.uuid ?? 0,
        dataOut: dataOut?.uuid ?? 0,
      }));
  }

  #ask(request: Uint8Array, answered: Question["answered"]): void {
    this.#questions.push({ request, answered });
    if (this.#questions.length === 1) this.#send(request);
  }

  #received(octets: Uint8Array): void {
    const opcode = octet(octets, 0);
    if (opcode === 0x1d) {
      this.#send(Uint8Array.of(0x1e));
      this.#listener?.servicesChanged();
    } else if (opcode === 0x1b) {
      this.#listener?.notified(this.#serviceOf(getUint16LE(octets, 1)), octets.subarray(3));
    } else {
      const question = this.#questions.shift();
      const next = this.#questions[0];
      if (next !== undefined) this.#send(next.request);
      question?.answered(octets);
    }
  }

  #serviceOf(handle: number): number {
    return this.#services.find(({ first, last }) => handle >= first && handle <= last)?.uuid ?? 0;
  }

  #send(octets: Uint8Array): void {
    if (this.#open) this.#controller.sendFrame(this.#handle, ATT, octets);
  }
}

/** An opcode and 16-bit parameters. */
function pdu(opcode: number, ...words: readonly number[]): Uint8Array {
  const octets = new Uint8Array(1 + 2 * words.length);
  octets[0] = opcode;
  for (const [at, word] of words.entries()) setUint16LE(octets, 1 + 2 * at, word);
  return octets;
}
