/**
 * The radio's turns in C, which turns.h explains, as xs-radio.c binds them. One radio: the chip has no more. An address
 * is 6 octets, most significant first, and all zeros for the chip's own; times are of the one monotonic clock.
 *
 * The form of these functions is the one of which the SDK's compiler makes a direct call.
 */

/** Octets of what `radioNext` fills in: on, rssi, length, 0, the connection, and so many of data. */
export const NEWS_HEADER = 8;
export const NEWS_SIZE = NEWS_HEADER + 244;

/** What `radioNext` returns; 0: there is nothing. */
export const News = Object.freeze({
  Transmitted: 1,
  Received: 2,
  Connected: 3,
  Disconnected: 4,
  Subscribed: 5,
  Written: 6,
  Ready: 7,
  Idle: 8,
} as const);

/** What `radioCount` counts. */
export const Count = Object.freeze({ Reports: 0, Writes: 1, Failures: 2, Transmissions: 3 } as const);

/** Bring the stack up; `wake` is called, in a turn of its own, when there may be news. */
export function radioBegin(this: void, wake: () => void, nowMs: number): void {
  native("fledgling_radioBegin").call(this, wake, nowMs);
}

export function radioScan(this: void, on: boolean, nowMs: number): void {
  native("fledgling_radioScan").call(this, on, nowMs);
}

/** 0: the last one is not over. */
export function radioTransmit(this: void, address: Uint8Array, data: Uint8Array, nowMs: number): number {
  return native("fledgling_radioTransmit").call(this, address, data, nowMs);
}

/** head: the interval in milliseconds (2 octets), and the address. No scan response: an empty one. */
export function radioConnectable(
  this: void,
  head: Uint8Array,
  data: Uint8Array,
  scanResponse: Uint8Array,
  nowMs: number,
): void {
  native("fledgling_radioConnectable").call(this, head, data, scanResponse, nowMs);
}

export function radioNotConnectable(this: void, nowMs: number): void {
  native("fledgling_radioNotConnectable").call(this, nowMs);
}

/** 1: connectable advertising is wanted, and no connection has ended it. */
export function radioIsConnectable(this: void): number {
  return native("fledgling_radioIsConnectable").call(this);
}

/** UUIDs; service 0: none. */
export function radioServe(
  this: void,
  service: number,
  dataIn: number,
  dataOut: number,
  nowMs: number,
): void {
  native("fledgling_radioServe").call(this, service, dataIn, dataOut, nowMs);
}

/** 1: queued. */
export function radioNotify(this: void, connection: number, value: Uint8Array, nowMs: number): number {
  return native("fledgling_radioNotify").call(this, connection, value, nowMs);
}

export function radioNotificationSize(this: void, connection: number): number {
  return native("fledgling_radioNotificationSize").call(this, connection);
}

export function radioDisconnect(this: void, connection: number, nowMs: number): void {
  native("fledgling_radioDisconnect").call(this, connection, nowMs);
}

/** One of News; its octets are in `news`. */
export function radioNext(this: void, news: Uint8Array, nowMs: number): number {
  return native("fledgling_radioNext").call(this, news, nowMs);
}

/** Milliseconds until `radioNext` has to be called, even if nobody wakes. */
export function radioWaitMs(this: void, nowMs: number): number {
  return native("fledgling_radioWaitMs").call(this, nowMs);
}

export function radioCount(this: void, which: number): number {
  return native("fledgling_radioCount").call(this, which);
}

/** The vendor's code. */
export function radioLastFailure(this: void): number {
  return native("fledgling_radioLastFailure").call(this);
}

export function radioLinks(this: void): number {
  return native("fledgling_radioLinks").call(this);
}

/** 1: a service may take another's place while clients are connected. */
export function radioSwapsLive(this: void): number {
  return native("fledgling_radioSwapsLive").call(this);
}

/** The chip's own address, 6 octets, most significant first. */
export function radioAddress(this: void, target: Uint8Array): void {
  native("fledgling_radioAddress").call(this, target);
}
