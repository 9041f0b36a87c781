/** The segmented messages that are over: their segments are not taken once more. MshPRT 3.5.3.4. */

/** So many pairs of source and destination are remembered. */
const PLACES = 16;

/** SeqAuth: the IV Index and the SEQ of segment 0. */
export interface SeqAuth {
  readonly ivIndex: number;
  readonly seq: number;
}

/** Negative: `a` is older; 0: the same; positive: newer. */
export function compareSeqAuth(a: SeqAuth, b: SeqAuth): number {
  return a.ivIndex === b.ivIndex ? a.seq - b.seq : a.ivIndex - b.ivIndex;
}

/** The last message of its source to its destination. */
export interface RecentMessage {
  readonly src: number;
  readonly dst: number;
  readonly seqAuth: SeqAuth;
  /** Else the rest of it did not come in time. */
  readonly isComplete: boolean;
  /** When it was acknowledged last. */
  ackedMs: number;
}

/** The newest message of each pair, of the pairs that were heard last. */
export class RecentMessages {
  /** The latest is the last. */
  #messages: RecentMessage[] = [];

  find(src: number, dst: number): RecentMessage | undefined {
    for (const message of this.#messages) if (message.src === src && message.dst === dst) return message;
    return undefined;
  }

  /** Returns the one that is forgotten for it, of another pair. */
  add(message: RecentMessage): RecentMessage | undefined {
    this.#messages = this.#messages.filter(({ src, dst }) => src !== message.src || dst !== message.dst);
    const forgotten = this.#messages.length === PLACES ? this.#messages.shift() : undefined;
    this.#messages.push(message);
    return forgotten;
  }
}
