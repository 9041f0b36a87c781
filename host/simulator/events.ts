/** What the simulator tells its console, and through --json any program. */

import type {
  AdvertisingAddress,
  AuthMistake,
  DropReason,
  Layer,
  TraceEvent,
} from "../../modules/platform.js";

/** One thing that happened. Octets are lower-case hexadecimal digits. Nothing here is ever a key. */
export type SimulatorEvent =
  /** What runs; only `ether` events may come before it. state: a path; ether: a path, or hci: and an adapter's place; uuid: 32 hexadecimal digits; engine: undefined where it is Node's own. */
  | {
      readonly event: "started";
      readonly name: string;
      readonly uuid: string;
      readonly state: string;
      readonly ether: string;
      readonly uri: string | undefined;
      readonly oobInfo: string | undefined;
      readonly seed: number | undefined;
      readonly engine?: "xs" | undefined;
    }
  /** An advertising event of this device. kind: whether others may connect. */
  | {
      readonly event: "sent";
      readonly data: string;
      readonly address: AdvertisingAddress;
      readonly kind: "nonConnectable" | "connectable";
    }
  /** An advertisement of somebody else. rssi: dBm. */
  | { readonly event: "received"; readonly data: string; readonly rssi: number }
  /** The node's account of itself; what `value` means is explained with TraceEvent. */
  | {
      readonly event: "note";
      readonly layer: Layer;
      readonly name: TraceEvent;
      readonly value: number | undefined;
    }
  /** Received octets were dropped. pdu: those octets, as far as they are known. */
  | {
      readonly event: "drop";
      readonly layer: Layer;
      readonly reason: DropReason;
      readonly pdu: string | undefined;
    }
  /** A provisioning failed. errorCode: MshPRT 5.4.1.10. mistake: the provisioner's, which would explain it. */
  | {
      readonly event: "failed";
      readonly step: string;
      readonly expected: string;
      readonly came: string;
      readonly errorCode: number | undefined;
      readonly mistake: AuthMistake;
    }
  /** level: 0 to 65535. */
  | { readonly event: "led"; readonly level: number }
  | { readonly event: "buzzer"; readonly on: boolean }
  | { readonly event: "vibrator"; readonly on: boolean }
  /** What the display shows; empty: nothing. */
  | { readonly event: "display"; readonly text: string }
  | { readonly event: "button"; readonly down: boolean }
  /** The air outside this process has changed. */
  | { readonly event: "ether"; readonly message: string }
  /** The node is told to forget everything. */
  | { readonly event: "reset" }
  /** A command that cannot be followed. */
  | { readonly event: "error"; readonly message: string }
  /** Something the user should know of. */
  | { readonly event: "warning"; readonly message: string }
  /** Last of all. */
  | { readonly event: "stopped" };

/** Takes events. Never throws, and never calls back before it returns. */
export type Report = (event: SimulatorEvent) => void;
