/** A PB-GATT on a bench: Proxy PDUs in by hand, Proxy PDUs out as the client gets them. */

import { ConnectableAdvertising } from "../../modules/bearer/connectable-advertising.js";
import { toHex } from "../../modules/bytes.js";
import type { ProvisioningBearerListener } from "../../modules/provisioning/bearer.js";
import { PbGatt, type PbGattDevice } from "../../modules/provisioning/pb-gatt.js";
import { FakeClock } from "./fake-clock.js";
import { GattDouble, type GattDoubleOptions, RadioDouble } from "./gatt-double.js";
import { hex } from "./provisionee-bench.js";
import { RecordingTrace } from "./recording-trace.js";

/** Device UUID and OOB information of sample 8.5.1. */
export const SAMPLE_DEVICE: PbGattDevice = Object.freeze({
  deviceUuid: hex("70cf7c9732a345b691494810d2e9cbf4"),
  oobInformation: 0x4020,
  uri: undefined,
  name: "lamp",
});

/** One PB-GATT, visible, and a listener that writes down what it hears. */
export class PbGattBench implements ProvisioningBearerListener {
  readonly clock = new FakeClock();
  readonly trace = new RecordingTrace();
  readonly gatt: GattDouble;
  readonly radio: RadioDouble;
  readonly pbGatt: PbGatt;
  /** What the listener was told, in order. */
  readonly heard: string[] = [];

  constructor(options: GattDoubleOptions = {}, device: Partial<PbGattDevice> = {}) {
    const { clock, trace } = this;
    this.gatt = new GattDouble(clock, options);
    this.radio = new RadioDouble(clock);
    this.pbGatt = new PbGatt({
      gattServer: this.gatt,
      advertising: new ConnectableAdvertising(this.radio, clock),
      clock,
      trace,
      device: { ...SAMPLE_DEVICE, ...device },
    });
    this.pbGatt.accept(this);
  }

  linkOpened(): void {
    this.heard.push("opened");
  }

  linkClosed(reason: number): void {
    this.heard.push(`closed ${reason}`);
  }

  received(pdu: Uint8Array): void {
    this.heard.push(toHex(pdu));
  }

  sent(): void {
    this.heard.push("sent");
  }

  /** What goes to the client within so many milliseconds. */
  out(ms: number): string[] {
    this.clock.advance(ms);
    return this.gatt.take();
  }
}
