/** One controller at the end of a stream: commands in order, one at a time, and what it says by itself. */

import { concat, octet } from "../../../modules/bytes.js";
import type { Clock, Timer } from "../../../modules/platform.js";
import type { ByteStream } from "./byte-stream.js";
import { type Command, Opcode } from "./commands.js";
import { decodeEvent, type HciEvent, Status } from "./events.js";
import { Deframer, framed, PacketType } from "./h4.js";

/** A controller answers any command within this time; Core Specification, Vol 4, Part E, 4.4 wants one second. */
export const COMMAND_TIMEOUT_MS = 3000;

/** Who hears a controller. Octets are borrowed. */
export interface ControllerListener {
  /** Anything but the answers to commands. */
  event(event: HciEvent): void;
  /** An ACL data packet with its header. */
  acl(packet: Uint8Array): void;
  /** Nothing works any more; why: one line without the controller's name. Called once. */
  failed(why: string): void;
}

/** The fate of one command. status: 0 is success; returned: the return parameters, the status first; borrowed. */
export type Answered = (status: number, returned: Uint8Array) => void;

interface Waiting {
  readonly command: Command;
  readonly answered: Answered | undefined;
}

/** The host's end of the Host Controller Interface. */
export class Controller {
  readonly #stream: ByteStream;
  readonly #timeout: Timer;
  readonly #commands: Waiting[] = [];
  #listener: ControllerListener | undefined;
  #asked: Waiting | undefined;
  /** Commands that the controller takes now. */
  #credits = 1;
  #closed = false;

  constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#timeout = clock.createTimer(() => this.#silent());
  }

  /** Begin to work for `listener`; called once, before anything else. */
  open(listener: ControllerListener): void {
    this.#listener = listener;
    const deframer = new Deframer({
      packet: (type, packet) => this.#received(type, packet),
      outOfStep: () =>
        this.fail(
          "what comes from it is no HCI in H4 frames; see whether another program uses it, and its speed",
        ),
    });
    this.#stream.listen({
      received: (octets) => deframer.feed(octets),
      closed: (why) => this.fail(why),
    });
  }

  /** Queue a command; answered: how it went, never called before this returns. */
  send(command: Command, answered?: Answered): void {
    if (this.#closed) return;
    this.#commands.push({ command, answered });
    this.#next();
  }

  /** An ACL data packet with its header; whoever sends it keeps to the controller's room. Borrowed. */
  sendAcl(...parts: readonly Uint8Array[]): void {
    if (!this.#closed) this.#stream.write(framed(PacketType.Acl, ...parts));
  }

  /** Give it up; why: one line without the controller's name. */
  fail(why: string): void {
    if (this.#closed) return;
    this.#end();
    this.#listener?.failed(why);
  }

  /** Nothing is heard any more. Leaves the controller silent, as far as it still listens. */
  close(): void {
    if (!this.#closed) this.#stream.write(framed(PacketType.Command, header(Opcode.Reset, 0)));
    this.#end();
  }

  #next(): void {
    if (this.#closed || this.#asked !== undefined) return;
    if (this.#credits === 0) {
      // A controller that never takes the next command has stopped, too.
      if (this.#commands.length > 0 && !this.#timeout.running) this.#timeout.start(COMMAND_TIMEOUT_MS);
      return;
    }
    this.#asked = this.#commands.shift();
    if (this.#asked === undefined) return;
    const { opcode, parameters } = this.#asked.command;
    this.#timeout.start(COMMAND_TIMEOUT_MS);
    this.#stream.write(framed(PacketType.Command, header(opcode, parameters.length), parameters));
  }

  #received(type: number, packet: Uint8Array): void {
    if (this.#closed) return;
    if (type === PacketType.Acl) this.#listener?.acl(packet);
    if (type !== PacketType.Event) return;
    const event = decodeEvent(packet);
    if (event === undefined) return;
    if (event.kind === "commandComplete") {
      this.#answered(event.opcode, event.credits, event.returned);
    } else if (event.kind === "commandStatus") {
      this.#answered(event.opcode, event.credits, Uint8Array.of(event.status));
    } else if (event.kind === "hardwareError") {
      this.fail(
        `it reports a fault of its own (hardware error ${event.code}) and has to be reset; plug it in again`,
      );
    } else {
      this.#listener?.event(event);
    }
  }

  #answered(opcode: number, credits: number, returned: Uint8Array): void {
    this.#credits = credits;
    const asked = this.#asked;
    if (asked?.command.opcode === opcode) {
      this.#asked = undefined;
      this.#timeout.stop();
      // A status is missing where the command is unknown to an old controller.
      const status = returned.length > 0 ? octet(returned, 0) : Status.UnknownCommand;
      asked.answered?.(status, returned);
    }
    this.#next();
  }

  #silent(): void {
    const opcode = (this.#asked ?? this.#commands[0])?.command.opcode ?? 0;
    this.fail(
      opcode === Opcode.Reset
        ? "nothing there answers as a Bluetooth controller does"
        : `it has stopped answering (command 0x${opcode.toString(16).padStart(4, "0")}); plug it in again`,
    );
  }

  #end(): void {
    this.#closed = true;
    this.#timeout.stop();
    this.#commands.length = 0;
    this.#asked = undefined;
    this.#stream.close();
  }
}

function header(opcode: number, length: number): Uint8Array {
  return concat(Uint8Array.of(opcode & 0xff, opcode >> 8), Uint8Array.of(length));
}
