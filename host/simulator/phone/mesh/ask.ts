/** Questions and answers over a clock that goes on only when it is told to. */

import type { MeshPeer } from "./mesh-peer.js";
import type { AccessMessageHeard, AccessToSend } from "./peer-types.js";

/** Lets time pass, for instance `(ms) => world.clock.advance(ms)`. */
export type PassTime = (ms: number) => void;

const STEP_MS = 10;
const TIMEOUT_MS = 5000;

/**
 * Send, and let time pass until an access message under the same key comes to `src` from `dst` (from anybody, when
 * `dst` is no unicast address): that is the answer, taken out of `received`. What came before is no answer. undefined:
 * none within `timeoutMs`, default 5000.
 */
export function ask(
  peer: MeshPeer,
  message: AccessToSend,
  pass: PassTime,
  timeoutMs = TIMEOUT_MS,
): AccessMessageHeard | undefined {
  const { src = peer.address, dst, key } = message;
  const before = new Set(peer.received);
  const isAnswer = (heard: AccessMessageHeard): boolean =>
    !before.has(heard) &&
    heard.dst === src &&
    (dst >= 0x8000 || heard.src === dst) &&
    JSON.stringify(heard.key) === JSON.stringify(key);
  peer.send(message);
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += STEP_MS) {
    pass(STEP_MS);
    const answer = peer.received.find(isAnswer);
    if (answer === undefined) continue;
    peer.log.received.splice(peer.log.received.indexOf(answer), 1);
    return answer;
  }
  return undefined;
}
