/** Requests that are repeated until they are answered, because bluetooth-meshd does not repeat them by itself. */

import type { Happenings } from "../happenings.js";
import type { MeshEvent } from "./mesh-event.js";

/** How much is done for an answer. tries: how often the request is sent; answerMs: how long each may take. */
export interface Effort {
  readonly tries: number;
  readonly answerMs: number;
}

/** What a test wants that counts on an answer. */
export const insistent: Effort = { tries: 4, answerMs: 5000 };
/** What a test wants that expects no answer. */
export const casual: Effort = { tries: 1, answerMs: 2000 };

/** what: named when no answer comes. accept: what it makes of the answer; undefined: it is another event. */
export interface Request<Answer> {
  readonly what: string;
  readonly send: () => Promise<void>;
  readonly accept: (event: MeshEvent) => Answer | undefined;
}

/** Send, and give the answer; fails when none of the tries has one. */
export async function request<Answer>(
  events: Happenings<MeshEvent>,
  { what, send, accept }: Request<Answer>,
  { tries, answerMs }: Effort,
): Promise<Answer> {
  for (let left = tries - 1; ; left--) {
    const answer = events.next(what, answerMs, accept);
    await send();
    try {
      return await answer;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
