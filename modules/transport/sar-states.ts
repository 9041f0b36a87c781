/** How segmented messages are sent and received: the SAR states, which every node has. MshPRT 4.2.48, 4.2.49. */

/** SAR Transmitter; each value as in the state. MshPRT 4.2.48. */
export interface SarTransmitter {
  /** (n + 1) × 10 ms between two segments. */
  readonly segmentIntervalStep: number;
  /** A segment is sent n + 1 times at most. */
  readonly unicastRetransmissionsCount: number;
  /** And n + 1 times without any segment newly acknowledged. */
  readonly unicastRetransmissionsWithoutProgressCount: number;
  /** (n + 1) × 25 ms. */
  readonly unicastRetransmissionsIntervalStep: number;
  /** (n + 1) × 25 ms for each further hop. */
  readonly unicastRetransmissionsIntervalIncrement: number;
  /** Each segment is sent n + 1 times. */
  readonly multicastRetransmissionsCount: number;
  /** (n + 1) × 25 ms. */
  readonly multicastRetransmissionsIntervalStep: number;
}

/** SAR Receiver; each value as in the state. MshPRT 4.2.49. */
export interface SarReceiver {
  /** With a SegN above it, acknowledgments are repeated. */
  readonly segmentsThreshold: number;
  /** (n + 1.5) segment reception intervals. */
  readonly acknowledgmentDelayIncrement: number;
  /** An acknowledgment is sent n + 1 times. */
  readonly acknowledgmentRetransmissionsCount: number;
  /** (n + 1) × 5 s. */
  readonly discardTimeout: number;
  /** (n + 1) × 10 ms: the segment reception interval. */
  readonly receiverSegmentIntervalStep: number;
}

/** Both; read anew at each use, so that whoever hands them in may change them. */
export interface SarStates {
  readonly transmitter: SarTransmitter;
  readonly receiver: SarReceiver;
}

/** The values that the specification recommends. MshPRT 4.2.48, 4.2.49. */
export const SAR_DEFAULTS: SarStates = Object.freeze({
  transmitter: Object.freeze({
    segmentIntervalStep: 5,
    unicastRetransmissionsCount: 2,
    unicastRetransmissionsWithoutProgressCount: 2,
    unicastRetransmissionsIntervalStep: 7,
    unicastRetransmissionsIntervalIncrement: 1,
    multicastRetransmissionsCount: 2,
    multicastRetransmissionsIntervalStep: 9,
  }),
  receiver: Object.freeze({
    segmentsThreshold: 3,
    acknowledgmentDelayIncrement: 1,
    acknowledgmentRetransmissionsCount: 0,
    discardTimeout: 1,
    receiverSegmentIntervalStep: 5,
  }),
});

/** Between two segments. MshPRT 4.2.48.1. */
export function segmentIntervalMs(states: SarTransmitter): number {
  return (states.segmentIntervalStep + 1) * 10;
}

/** From the last outstanding segment to its repetition, towards one element. MshPRT 3.5.3.3.1. */
export function unicastRetransmissionMs(states: SarTransmitter, ttl: number): number {
  const stepMs = (states.unicastRetransmissionsIntervalStep + 1) * 25;
  if (ttl === 0) return stepMs;
  return stepMs + (states.unicastRetransmissionsIntervalIncrement + 1) * 25 * (ttl - 1);
}

/** From the last segment to the next round, towards a group. MshPRT 4.2.48.7. */
export function multicastRetransmissionMs(states: SarTransmitter): number {
  return (states.multicastRetransmissionsIntervalStep + 1) * 25;
}

/** Between the repetitions of an acknowledgment. MshPRT 4.2.49.5. */
export function segmentReceptionIntervalMs(states: SarReceiver): number {
  return (states.receiverSegmentIntervalStep + 1) * 10;
}

/** From a new segment to the acknowledgment. MshPRT 3.5.3.4. */
export function acknowledgmentDelayMs(states: SarReceiver, segN: number): number {
  const increment = states.acknowledgmentDelayIncrement + 1.5;
  const intervals = segN + 0.5 < increment ? segN + 0.5 : increment;
  return intervals * segmentReceptionIntervalMs(states);
}

/** A message that is complete is not acknowledged again within this time. MshPRT 3.5.3.4. */
export function reacknowledgmentMs(states: SarReceiver): number {
  return (states.acknowledgmentDelayIncrement + 1.5) * segmentReceptionIntervalMs(states);
}

/** So long without a new segment, and the message is given up. MshPRT 4.2.49.4. */
export function discardTimeoutMs(states: SarReceiver): number {
  return (states.discardTimeout + 1) * 5000;
}
