/** Asks one node's Configuration Server, and reads the beginning of what it answers. */

import { opcodeOctets } from "./config-message.js";
import type { MeshApp } from "./mesh-app.js";
import { type Effort, request } from "./request.js";

/** netKeyIndex: of the key that secures the requests. */
export interface LinkOptions extends Effort {
  readonly netKeyIndex: number;
}

/** One message and its status. opcodes: as the specification writes them, such as 0x8008 and 0x02. */
export interface Question {
  readonly opcode: number;
  readonly parameters?: readonly number[];
  readonly status: number;
}

/** The way to one node. */
export class ConfigLink {
  /** The node's unicast address. */
  readonly address: number;
  readonly app: MeshApp;
  readonly #options: LinkOptions;

  constructor(app: MeshApp, address: number, options: LinkOptions) {
    this.app = app;
    this.address = address;
    this.#options = options;
  }

  get netKeyIndex(): number {
    return this.#options.netKeyIndex;
  }

  /** The parameters of the status; fails when none comes. */
  ask({ opcode, parameters = [], status }: Question): Promise<Buffer> {
    const message = [...opcodeOctets(opcode), ...parameters];
    return this.order(
      () => this.app.sendWithDeviceKey(this.address, this.#options.netKeyIndex, message),
      status,
    );
  }

  /** The same, where the daemon makes the message. */
  order(send: () => Promise<void>, status: number): Promise<Buffer> {
    const opcode = Buffer.from(opcodeOctets(status));
    return request(
      this.app.events,
      {
        what: `status ${opcode.toString("hex")}`,
        send,
        accept: (event) =>
          event.name === "deviceKeyMessage" &&
          event.source === this.address &&
          event.data.subarray(0, opcode.length).equals(opcode)
            ? event.data.subarray(opcode.length)
            : undefined,
      },
      this.#options,
    );
  }
}

/** The first octet of a status, whose others must be these; fails when they are not. */
export function statusOf(parameters: Buffer, echo: readonly number[]): number {
  const rest = parameters.subarray(1);
  if (rest.equals(Buffer.from(echo))) return parameters.readUInt8(0);
  const wanted = Buffer.from(echo).toString("hex");
  throw new Error(`the status is about something else: ${rest.toString("hex")} instead of ${wanted}`);
}
