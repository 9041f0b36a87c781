/** What became of a change to a list of keys. Types only. MshPRT 4.4.1.2.9, 4.4.1.2.10. */

/** done: also when there was nothing left to do. */
export type KeyResult =
  | "done"
  /** The index holds another key. */
  | "alreadyStored"
  | "unknownNetKey"
  | "unknownAppKey"
  /** The AppKey is bound to another NetKey than the message says. */
  | "wrongPair"
  /** The list is full. */
  | "full"
  /** Not in this phase of the key refresh. */
  | "cannotUpdate"
  | "cannotRemove"
  /** The record could not be written; nothing has changed. */
  | "storageFailed";
