/** What the air's log tells of one provisioning over PB-ADV: how long it took, and how long it had to take. */

import type { Transmission } from "../interop/bluez/air.js";

/** "Each Generic Provisioning PDU shall be sent after a random delay between 20 and 50 milliseconds." MshPRT 5.3.3. */
const MEAN_DELAY_MS = 35;

/** Times in milliseconds, from the first Link Open to the first segment of Complete. */
export interface LinkTimes {
  readonly totalMs: number;
  /** The part that the provisioner's pauses make: what comes from it, after whatever was new on the link before. */
  readonly pausesMs: number;
  /** Different PDUs of the device, each of which needs its own random delay. */
  readonly devicePdus: number;
  /** PDUs that the device sent again. */
  readonly repeatedPdus: number;
  /** The provisioner's pauses and the mean random delay for each PDU of the device: nobody is faster for long. */
  readonly boundMs: number;
}

/** Of a log with one provisioning in it; undefined: it was not completed. */
export function readLinkTimes(log: readonly Transmission[]): LinkTimes | undefined {
  const frames = log.filter(({ ad }) => ad[1] === 0x29);
  const first = frames.findIndex(({ from, ad }) => from === "provisioner" && ad[7] === 0x03);
  const last = frames.findIndex(isComplete);
  const open = frames[first];
  if (open === undefined || last < first) return undefined;

  const known = new Set([open.ad.toString("hex")]);
  let previousMs = open.tMs;
  let pausesMs = 0;
  let devicePdus = 0;
  let repeatedPdus = 0;
  for (const { from, ad, tMs } of frames.slice(first + 1, last + 1)) {
    const isFromDevice = from === "device";
    // Nobody needs to wait for an acknowledgment of the provisioner's: its next PDU says the same.
    if (!isFromDevice && ad[7] === 0x01) continue;
    const text = ad.toString("hex");
    if (known.has(text)) {
      if (isFromDevice) repeatedPdus++;
      continue;
    }
    known.add(text);
    if (isFromDevice) devicePdus++;
    else pausesMs += tMs - previousMs;
    previousMs = tMs;
  }
  const boundMs = pausesMs + devicePdus * MEAN_DELAY_MS;
  return { totalMs: previousMs - open.tMs, pausesMs, devicePdus, repeatedPdus, boundMs };
}

/** The Provisioning Complete PDU: type 08, alone in a Transaction Start. MshPRT 5.3.1.1, 5.4.1.9. */
function isComplete({ from, ad }: Transmission): boolean {
  return from === "device" && ad[7] === 0x00 && ad[11] === 0x08;
}

/** The middle of the values, or between the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError("the median of nothing");
  return (low + high) / 2;
}
