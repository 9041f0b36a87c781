/** The worker's way out: calls that nobody waits for are kept until something is asked, or the turn is over. */

import {
  type Calls,
  decode,
  encode,
  type Inquiry,
  type Message,
  type Questions,
  type Reply,
} from "./messages.js";

/** Sends octets out of the worker, and waits for those that come back. */
export type IssueCommand = (message: ArrayBuffer) => ArrayBuffer;

/** The simulator, as the node sees it. */
export class WorkerHost {
  readonly #issueCommand: IssueCommand;
  #calls: Message<Calls>[] = [];

  constructor(issueCommand: IssueCommand) {
    this.#issueCommand = issueCommand;
  }

  /** Have something done, and go on. */
  tell(...call: Message<Calls>): void {
    this.#calls.push(call);
  }

  /** Wait for an answer. Throws RangeError when the platform does. */
  ask<Name extends keyof Questions>(
    name: Name,
    ...args: Parameters<Questions[Name]>
  ): ReturnType<Questions[Name]> {
    const inquiry: Inquiry = { calls: this.takeCalls(), question: [name, ...args] };
    const { answer, refusal }: Reply<ReturnType<Questions[Name]>> = JSON.parse(
      decode(this.#issueCommand(encode(inquiry))),
    );
    if (refusal !== undefined) throw new RangeError(refusal);
    return answer;
  }

  /** What has been told since this was called last. */
  takeCalls(): readonly Message<Calls>[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }
}
