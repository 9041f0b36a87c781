/** Octets to and from a controller, however they travel. */

/** Who hears a stream. Never called before a call of the stream's own methods returns. */
export interface ByteStreamListener {
  /** Octets in order, cut anywhere; borrowed. */
  received(octets: Uint8Array): void;
  /** The stream has ended by itself; why: a part of a sentence, such as "it was unplugged". */
  closed(why: string): void;
}

/** One way to a controller, open already. */
export interface ByteStream {
  /** Who hears it; called once, before anything is written. */
  listen(listener: ByteStreamListener): void;
  /** Octets are borrowed until the call returns; none are lost while the stream is open. */
  write(octets: Uint8Array): void;
  /** End it. Nothing is heard any more. */
  close(): void;
}
