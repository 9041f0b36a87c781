/**
 * The states of private beacons and of the private proxy. MshPRT 4.2.44, 4.2.45, 4.2.47.
 *
 *   record private: version 1, Private Beacon 1, Random Update Interval Steps 1, Private GATT Proxy 1,
 *                   On-Demand Private GATT Proxy 1
 */

import { octet } from "../bytes.js";
import { RecordKey, type Records } from "../records.js";

/** The values of all of them. */
export interface PrivateStateValues {
  /** Private Beacon: whether they are sent. */
  readonly privateBeacon: boolean;
  /** Random Update Interval Steps: 10 s each; 0: for every beacon. */
  readonly randomUpdateSteps: number;
  readonly privateGattProxy: boolean;
  /** On-Demand Private GATT Proxy: seconds; 0: off. */
  readonly onDemandSeconds: number;
}

const VERSION = 1;
const SIZE = 5;
/** Ten minutes. MshPRT 4.2.44.2. */
const DEFAULT_STEPS = 0x3c;

/** Keeps the values, in storage too. All are off at first. */
export class PrivateStates {
  readonly #records: Records;
  readonly #changed: () => void;
  #values: PrivateStateValues = {
    privateBeacon: false,
    randomUpdateSteps: DEFAULT_STEPS,
    privateGattProxy: false,
    onDemandSeconds: 0,
  };

  /** changed: called after a change has been stored. */
  constructor(records: Records, changed: () => void) {
    this.#records = records;
    this.#changed = changed;
  }

  /** What has been configured. */
  load(): void {
    const record = this.#records.read(RecordKey.PrivateProxy, VERSION, SIZE);
    if (record === undefined) return;
    const privateBeacon = octet(record, 1);
    const privateGattProxy = octet(record, 3);
    if (privateBeacon > 1 || privateGattProxy > 1) {
      this.#records.damaged(record);
      return;
    }
    this.#values = {
      privateBeacon: privateBeacon === 1,
      randomUpdateSteps: octet(record, 2),
      privateGattProxy: privateGattProxy === 1,
      onDemandSeconds: octet(record, 4),
    };
  }

  get values(): PrivateStateValues {
    return this.#values;
  }

  /** The public proxy is on, and the private one therefore off, whether that can be stored or not. MshPRT 4.2.45.1. */
  excludeProxy(): void {
    if (!this.#values.privateGattProxy) return;
    this.#values = { ...this.#values, privateGattProxy: false };
    this.#write(this.#values);
  }

  /** Change some of them. false: they could not be stored, and nothing has changed. */
  change(values: Partial<PrivateStateValues>): boolean {
    const after = { ...this.#values, ...values };
    if (!this.#write(after)) return false;
    this.#values = after;
    this.#changed();
    return true;
  }

  #write(values: PrivateStateValues): boolean {
    const record = Uint8Array.of(
      VERSION,
      values.privateBeacon ? 1 : 0,
      values.randomUpdateSteps,
      values.privateGattProxy ? 1 : 0,
      values.onDemandSeconds,
    );
    return this.#records.write(RecordKey.PrivateProxy, record);
  }
}
