/**
 * The D-Bus objects of an application of bluetooth-meshd, which the daemon calls. What it says to them becomes a
 * MeshEvent.
 *
 *     /app          ObjectManager, Application1, and Provisioner1 for a provisioner
 *     /app/agent    ProvisionAgent1
 *     /app/ele00    Element1
 */

import { type Answer, type Call, CallError, integer, long, text, variant } from "./dbus.js";
import { type MeshEvent, readEvent } from "./mesh-event.js";

/** The daemon's name on its bus. */
export const service = "org.bluez.mesh";
/** Path above all objects of the application. */
export const root = "/app";
/** Path of its only element. */
export const elementPath = `${root}/ele00`;

const agentPath = `${root}/agent`;
const empty: Answer = { signature: "", body: [] };

/**
 * The person beside the application. What the daemon shows to that person becomes a MeshEvent. capabilities, of which
 * none forces No OOB: "static-oob", "public-oob", "blink", "beep", "vibrate", "out-numeric", "out-alpha", "push",
 * "twist", "in-numeric", "in-alpha". Everything is read anew at each provisioning.
 */
export interface Agent {
  readonly capabilities: readonly string[];
  /** 16 octets. */
  readonly staticOob?: Uint8Array;
  /** A number that is read off the device, or counted. */
  readonly number?: () => Promise<number>;
  /** A text that is read off the device: at most 16 characters. */
  readonly text?: () => Promise<string>;
  /** The device's, known out of band: X and Y. Not before Start is acknowledged: 5.66 may drop it for the next PDU. */
  readonly publicKey?: () => Promise<Uint8Array>;
  /** Of a device whose public key is known out of band. */
  readonly privateKey?: Uint8Array;
}

/** models: of the only element. */
export interface MeshObjectsOptions {
  readonly models: readonly number[];
  readonly agent: Agent;
  /** NetKey index and unicast address for a device of so many elements; absent: this is no provisioner. */
  readonly assign?: (elementCount: number) => readonly [number, number];
}

/** Answers the daemon. */
export class MeshObjects {
  readonly #options: MeshObjectsOptions;
  readonly #happened: (event: MeshEvent) => void;

  constructor(options: MeshObjectsOptions, happened: (event: MeshEvent) => void) {
    this.#options = options;
    this.#happened = happened;
  }

  /** Throws CallError where the agent does not have what it is asked for. */
  async answer(call: Call): Promise<Answer> {
    const { body } = call;
    switch (`${call.interface}.${call.member}`) {
      case "org.freedesktop.DBus.ObjectManager.GetManagedObjects":
        return { signature: "a{oa{sa{sv}}}", body: [this.#objects()] };
      case "org.freedesktop.DBus.Properties.GetAll":
        // The agent's, asked anew at each AddNode.
        return { signature: "a{sv}", body: [call.path === agentPath ? this.#agentProperties() : {}] };
      case `${mesh("Application")}.JoinComplete`: {
        const token = long(body[0]);
        // The token is good only when the daemon has the answer.
        return { ...empty, afterwards: () => this.#happened({ name: "joined", token }) };
      }
      case `${mesh("Provisioner")}.RequestProvData`:
        return { signature: "qq", body: [...(this.#options.assign?.(integer(body[0])) ?? [])] };
      case `${mesh("ProvisionAgent")}.PromptStatic`:
        return answerOctets(call, await this.#promptStatic(text(body[0])));
      case `${mesh("ProvisionAgent")}.PromptNumeric`:
        return { signature: "u", body: [given(call, await this.#options.agent.number?.())] };
      case `${mesh("ProvisionAgent")}.PublicKey`:
        return answerOctets(call, await this.#options.agent.publicKey?.());
      case `${mesh("ProvisionAgent")}.PrivateKey`:
        return answerOctets(call, this.#options.agent.privateKey);
      default: {
        const event = readEvent(call);
        if (event !== undefined) this.#happened(event);
        return empty;
      }
    }
  }

  /** The daemon asks for a text as if it were a static value: left justified, zeros behind. */
  async #promptStatic(type: string): Promise<Uint8Array | undefined> {
    const { staticOob, text: read } = this.#options.agent;
    if (type !== "out-alpha") return staticOob;
    const value = Buffer.alloc(16);
    value.write((await read?.()) ?? "", "ascii");
    return value;
  }

  #agentProperties(): object {
    return { Capabilities: variant("as", [...this.#options.agent.capabilities]) };
  }

  #objects(): object {
    const q = (value: number) => variant("q", value);
    const models = this.#options.models.map((model) => [model, {}]);
    return {
      [root]: {
        [mesh("Application")]: { CompanyID: q(0x05f1), ProductID: q(1), VersionID: q(1), CRPL: q(32) },
        ...(this.#options.assign === undefined ? {} : { [mesh("Provisioner")]: {} }),
      },
      [agentPath]: { [mesh("ProvisionAgent")]: this.#agentProperties() },
      [elementPath]: {
        [mesh("Element")]: {
          Index: variant("y", 0),
          Location: q(0x0100),
          Models: variant("a(qa{sv})", models),
          VendorModels: variant("a(qqa{sv})", []),
        },
      },
    };
  }
}

/** Name of a D-Bus interface: of "Node", "Management" and so on. */
export function mesh(object: string): string {
  return `${service}.${object}1`;
}

function answerOctets(call: Call, value: Uint8Array | undefined): Answer {
  return { signature: "ay", body: [Buffer.from(given(call, value))] };
}

function given<Value>({ member }: Call, value: Value | undefined): Value {
  if (value === undefined) throw new CallError(`${service}.Error.Abort`, `${member}: the agent has none`);
  return value;
}
