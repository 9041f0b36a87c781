/**
 * What the desktop build alone has in C: the ether's path, a file in place of flash, a signal in place of a button. The
 * form of these functions is the one of which the SDK's compiler makes a direct call.
 */

/** Before the radio begins. path: empty: this user's, by the rule of the simulator. 0: that is no path for a socket. */
export function etherAt(this: void, path: string): number {
  return native("fledgling_etherAt").call(this, path);
}

/** The chosen path into `target`; its length. */
export function etherPath(this: void, target: Uint8Array): number {
  return native("fledgling_etherPath").call(this, target);
}

/** 1: the others are reached at the moment. */
export function etherIsJoined(this: void): number {
  return native("fledgling_etherIsJoined").call(this);
}

/** What `flashOpen` returns. */
export const FlashOpened = Object.freeze({ Open: 0, Failed: 1, InUse: 2 } as const);

/** Open the file, or make it: so many octets of erased flash. path: empty: in this user's folder for states. */
export function flashOpen(this: void, path: string, octets: number): number {
  return native("fledgling_flashOpen").call(this, path, octets);
}

/** The file's path into `target`; its length. */
export function flashPath(this: void, target: Uint8Array): number {
  return native("fledgling_flashPath").call(this, target);
}

/** 0: that failed; so it is of the two after this. */
export function flashRead(this: void, offset: number, target: Uint8Array): number {
  return native("fledgling_flashRead").call(this, offset, target);
}

/** Clears bits, sets none. */
export function flashProgram(this: void, offset: number, octets: Uint8Array): number {
  return native("fledgling_flashProgram").call(this, offset, octets);
}

/** Sets all bits. */
export function flashErase(this: void, offset: number, length: number): number {
  return native("fledgling_flashErase").call(this, offset, length);
}

/** `pushed` is called, in a turn of its own, each time that this process gets SIGUSR1. Once. */
export function onPushSignal(this: void, pushed: () => void): void {
  native("fledgling_onPushSignal").call(this, pushed);
}
