import type { DropReason, Layer, ProvisioningFailure, Trace, TraceEvent } from "../../modules/platform.js";

/** A note, as it came. */
export interface RecordedNote {
  readonly layer: Layer;
  readonly event: TraceEvent;
  readonly value: number | undefined;
}

/** A drop, as it came, with a copy of the octets. */
export interface RecordedDrop {
  readonly layer: Layer;
  readonly reason: DropReason;
  readonly pdu: Uint8Array | undefined;
}

/** Keeps all that the node says of itself, in order. */
export class RecordingTrace implements Trace {
  readonly drops: RecordedDrop[] = [];
  readonly notes: RecordedNote[] = [];
  readonly failures: ProvisioningFailure[] = [];

  drop(layer: Layer, reason: DropReason, pdu?: Uint8Array): void {
    this.drops.push({ layer, reason, pdu: pdu?.slice() });
  }

  note(layer: Layer, event: TraceEvent, value?: number): void {
    this.notes.push({ layer, event, value });
  }

  failed(failure: ProvisioningFailure): void {
    this.failures.push({ ...failure });
  }

  /** The reasons of all drops, in order. */
  get reasons(): readonly DropReason[] {
    return this.drops.map(({ reason }) => reason);
  }

  /** The names of one layer's notes, in order. */
  eventsOf(layer: Layer): readonly TraceEvent[] {
    return this.notes.filter((note) => note.layer === layer).map(({ event }) => event);
  }
}
