/** The little that is used of dbus-next, with types that hold: what comes over the bus is unknown until it is read. */

import dbus from "dbus-next";

/** A method call that somebody makes to us. */
export interface Call {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

/** What we answer. afterwards: called once the answer is on its way. */
export interface Answer {
  readonly signature: string;
  readonly body: unknown[];
  readonly afterwards?: () => void;
}

/** A method that we call. */
export interface Method {
  readonly service: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
}

/** An error with a D-Bus name, for the caller. */
export class CallError extends Error {
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(text);
    this.errorName = errorName;
  }
}

/** Listener of a Bus. */
export interface BusListener {
  called(call: Call): Promise<Answer>;
  /** The connection is broken. */
  lost(reason: Error): void;
}

/** One connection to a message bus. */
export class Bus {
  readonly #bus: dbus.MessageBus;
  readonly #listener: BusListener;

  /** root: the path below which every object is ours. */
  constructor(address: string, root: string, listener: BusListener) {
    this.#listener = listener;
    this.#bus = dbus.sessionBus({ busAddress: address });
    this.#bus.on("error", (reason: unknown) => listener.lost(new Error(`D-Bus: ${String(reason)}`)));
    this.#bus.addMethodHandler((message: dbus.Message) => {
      if (message.type !== dbus.MessageType.METHOD_CALL || !message.path.startsWith(root)) return false;
      void this.#answer(message);
      return true;
    });
  }

  /** Call, and give the answer's arguments; fails with the error that comes instead. */
  async call(method: Method, signature = "", body: unknown[] = []): Promise<readonly unknown[]> {
    const { service, ...rest } = method;
    const type = dbus.MessageType.METHOD_CALL;
    const reply = await this.#bus.call(
      new dbus.Message({ type, destination: service, ...rest, signature, body }),
    );
    return reply?.body ?? [];
  }

  /** Leave the bus. */
  close(): void {
    this.#bus.disconnect();
  }

  async #answer(message: dbus.Message): Promise<void> {
    try {
      const answer = await this.#listener.called(message);
      this.#bus.send(dbus.Message.newMethodReturn(message, answer.signature, answer.body));
      answer.afterwards?.();
    } catch (error) {
      const name = error instanceof CallError ? error.errorName : "org.freedesktop.DBus.Error.Failed";
      // The library declares a string as first parameter; what it takes is the call.
      const refusal: dbus.Message = Reflect.apply(dbus.Message.newError, dbus.Message, [
        message,
        name,
        String(error),
      ]);
      this.#bus.send(refusal);
    }
  }
}

/** A value that carries its D-Bus signature. */
export function variant(signature: string, value: unknown): dbus.Variant<unknown> {
  return new dbus.Variant<unknown>(signature, value);
}

/** Type "ay". This and the following throw TypeError for a value of another type. */
export function octets(value: unknown): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : wrong("octets", value);
}

/** Types "y", "n", "q", "i" and "u". */
export function integer(value: unknown): number {
  return typeof value === "number" ? value : wrong("an integer", value);
}

/** Type "t". */
export function long(value: unknown): bigint {
  return typeof value === "bigint" ? value : wrong("a 64-bit integer", value);
}

/** Types "s" and "o". */
export function text(value: unknown): string {
  return typeof value === "string" ? value : wrong("a string", value);
}

/** An array or a structure. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : wrong("a list", value);
}

/** An entry of an "a{sv}", without its variant; undefined: not there. */
export function entry(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return wrong("a dictionary", value);
  return bare(new Map<string, unknown>(Object.entries(value)).get(key));
}

/** A value without its variant, if it has one. */
export function bare(value: unknown): unknown {
  return value instanceof dbus.Variant ? value.value : value;
}

function wrong(expected: string, value: unknown): never {
  throw new TypeError(`D-Bus: expected ${expected}, got ${typeof value}`);
}
