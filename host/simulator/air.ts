import type { GattServer, Radio } from "../../modules/platform.js";

/** What connects a simulated device with others: the ether, or a Bluetooth adapter. */
export interface Air {
  readonly radio: Radio;
  readonly gattServer: GattServer | undefined;
  /** The ether's path; or hci: and the adapter's place. */
  readonly place: string;
  /** Resolves when there is a way to the others. Rejects with UsageError when there cannot be one. */
  open(): Promise<void>;
  close(): Promise<void>;
}
