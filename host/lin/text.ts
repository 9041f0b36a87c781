const MAX_TEXT = 4096;

/** A text of ASCII characters that a function in C writes; it returns how many octets. */
export function readText(read: (target: Uint8Array) => number): string {
  const octets = new Uint8Array(MAX_TEXT);
  return String.fromCharCode(...octets.subarray(0, read(octets)));
}
