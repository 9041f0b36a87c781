/** Octet strings: comparing, wiping, writing as text, and reading numbers out of them. */

/** Whether two octet strings are equal, in a time that depends on their length only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= octet(a, i) ^ octet(b, i);
  return difference === 0;
}

/** Overwrite a secret that is no longer needed. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** One after the other, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The ASCII codes of a text. Throws RangeError for anything else than ASCII. */
export function ascii(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) throw new RangeError("not ASCII");
    octets[i] = code;
  }
  return octets;
}

/** Whether a text has no other characters than these. */
export function isMadeOf(text: string, characters: string): boolean {
  for (let i = 0; i < text.length; i++) if (!characters.includes(text.charAt(i))) return false;
  return true;
}

/** Lower-case hexadecimal digits, two an octet. */
export function toHex(octets: Uint8Array): string {
  let text = "";
  for (const value of octets) text += (value < 16 ? "0" : "") + value.toString(16);
  return text;
}

/** The octets that hexadecimal digits stand for; undefined: not an even number of hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const octets = new Uint8Array(text.length / 2);
  for (let i = 0; i < octets.length; i++) {
    const high = digit(text.charCodeAt(2 * i));
    const low = digit(text.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) return undefined;
    octets[i] = (high << 4) | low;
  }
  return octets;
}

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const upper = code & 0xdf;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x41 + 10 : -1;
}

/** The octet at `offset`. Throws RangeError beyond the end: reading there is our own mistake. */
export function octet(octets: Uint8Array, offset: number): number {
  const value = octets[offset];
  if (value === undefined) throw new RangeError("beyond the end of the octets");
  return value;
}

/** 16 bits, most significant octet first. MshPRT 3.1.1.1. */
export function getUint16BE(octets: Uint8Array, offset: number): number {
  return (octet(octets, offset) << 8) | octet(octets, offset + 1);
}

export function setUint16BE(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value >> 8;
  octets[offset + 1] = value;
}

/** 32 bits, most significant octet first. MshPRT 3.1.1.1. */
export function getUint32BE(octets: Uint8Array, offset: number): number {
  return getUint16BE(octets, offset) * 0x10000 + getUint16BE(octets, offset + 2);
}

export function setUint32BE(octets: Uint8Array, offset: number, value: number): void {
  setUint16BE(octets, offset, value >>> 16);
  setUint16BE(octets, offset + 2, value & 0xffff);
}

/** 24 bits, most significant octet first: sequence numbers. MshPRT 3.4.4. */
export function getUint24BE(octets: Uint8Array, offset: number): number {
  return (octet(octets, offset) << 16) | getUint16BE(octets, offset + 1);
}

export function setUint24BE(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value >> 16;
  setUint16BE(octets, offset + 1, value & 0xffff);
}

/** 16 bits, least significant octet first: the access layer and its models. MshPRT 3.7.1. */
export function getUint16LE(octets: Uint8Array, offset: number): number {
  return octet(octets, offset) | (octet(octets, offset + 1) << 8);
}

export function setUint16LE(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value;
  octets[offset + 1] = value >> 8;
}
