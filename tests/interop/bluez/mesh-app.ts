/**
 * The application that bluetooth-meshd wants: it calls the daemon, and the daemon calls it. So it is a small tree of
 * D-Bus objects, and everything that the daemon says to them becomes a MeshEvent.
 *
 *     /app          ObjectManager, Application1, and Provisioner1 for a provisioner
 *     /app/agent    ProvisionAgent1
 *     /app/ele00    Element1
 */

import { Happenings } from "../happenings.js";
import { type Answer, Bus, type Call, CallError, integer, long, text, variant } from "./dbus.js";
import { type AddedNode, type ExportedKeys, type MeshEvent, readEvent, readKeys } from "./mesh-event.js";

const service = "org.bluez.mesh";
const root = "/app";
const agentPath = `${root}/agent`;
const elementPath = `${root}/ele00`;
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

/** address: the daemon's bus. models: of the only element. */
export interface MeshAppOptions {
  readonly address: string;
  readonly models: readonly number[];
  readonly agent: Agent;
  /** NetKey index and unicast address for a device of so many elements; absent: this is no provisioner. */
  readonly assign?: (elementCount: number) => readonly [number, number];
}

/** One application, which has one node. */
export class MeshApp {
  readonly events = new Happenings<MeshEvent>();
  readonly #options: MeshAppOptions;
  readonly #bus: Bus;
  #node = "";

  constructor(options: MeshAppOptions) {
    this.#options = options;
    this.#bus = new Bus(options.address, root, {
      called: (call) => this.#answer(call),
      lost: (reason) => this.events.end(reason),
    });
  }

  close(): void {
    this.events.end(new Error("the application was closed"));
    this.#bus.close();
  }

  // Calls to the daemon. Those to its Network1 come first; `attach` gives the node for the others.

  /** Become the first node of a new network, its provisioner; then attach. The daemon insists on an RFC 4122 UUID. */
  async createNetwork(uuid: Uint8Array): Promise<void> {
    const token = this.#token(5000);
    await this.#callNetwork("CreateNetwork", "oay", [root, Buffer.from(uuid)]);
    await this.#attach(await token);
  }

  /** Be an unprovisioned device, which beacons until somebody provisions it; the promise inside: then attached. */
  async join(uuid: Uint8Array): Promise<{ readonly provisioned: Promise<void> }> {
    const token = this.#token(60_000);
    await this.#callNetwork("Join", "oay", [root, Buffer.from(uuid)]);
    const provisioned = token.then((given) => this.#attach(given));
    provisioned.catch(() => {});
    return { provisioned };
  }

  /** Report unprovisioned device beacons. One that repeats the UUID reported last is not reported again. */
  async scan(): Promise<void> {
    await this.#callNode("Management", "UnprovisionedScan", "a{sv}", [{}]);
  }

  /** Provision a device, whether or not it has been heard; fails with the daemon's reason. */
  async addNode(uuid: Uint8Array, timeoutMs: number): Promise<AddedNode> {
    const end = this.events.next("the end of AddNode", timeoutMs, (event) =>
      event.name === "added" || event.name === "notAdded" ? event : undefined,
    );
    await this.#callNode("Management", "AddNode", "aya{sv}", [Buffer.from(uuid), {}]);
    const event = await end;
    if (event.name === "added") return event;
    throw new Error(`AddNode failed: ${event.reason}`);
  }

  /** A new application key for the daemon to hand out. */
  async createAppKey(netKeyIndex: number, appKeyIndex: number): Promise<void> {
    await this.#callNode("Management", "CreateAppKey", "qq", [netKeyIndex, appKeyIndex]);
  }

  /** Have the daemon send Config AppKey Add. */
  async addAppKey(destination: number, appKeyIndex: number, netKeyIndex: number): Promise<void> {
    const body = [elementPath, destination, appKeyIndex, netKeyIndex, false];
    await this.#callNode("Node", "AddAppKey", "oqqqb", body);
  }

  /** Send an access message under the device key of the destination. */
  async sendWithDeviceKey(destination: number, data: readonly number[]): Promise<void> {
    const body = [elementPath, destination, true, 0, {}, Buffer.from(data)];
    await this.#callNode("Node", "DevKeySend", "oqbqa{sv}ay", body);
  }

  /** Send an access message under an application key that is bound to a model of ours. */
  async send(destination: number, appKeyIndex: number, data: readonly number[]): Promise<void> {
    const body = [elementPath, destination, appKeyIndex, {}, Buffer.from(data)];
    await this.#callNode("Node", "Send", "oqqa{sv}ay", body);
  }

  /** The keys that the daemon knows. */
  async exportKeys(): Promise<ExportedKeys> {
    const [keys] = await this.#callNode("Management", "ExportKeys", "", []);
    return readKeys(keys);
  }

  #token(timeoutMs: number): Promise<bigint> {
    return this.events.next("JoinComplete", timeoutMs, (event) =>
      event.name === "joined" ? event.token : undefined,
    );
  }

  async #attach(token: bigint): Promise<void> {
    const [node] = await this.#callNetwork("Attach", "ot", [root, token]);
    this.#node = text(node);
  }

  #callNetwork(member: string, signature: string, body: unknown[]): Promise<readonly unknown[]> {
    const method = { service, path: "/org/bluez/mesh", interface: mesh("Network"), member };
    return this.#bus.call(method, signature, body);
  }

  #callNode(object: string, member: string, signature: string, body: unknown[]): Promise<readonly unknown[]> {
    return this.#bus.call({ service, path: this.#node, interface: mesh(object), member }, signature, body);
  }

  // Calls from the daemon.

  async #answer(call: Call): Promise<Answer> {
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
        return { ...empty, afterwards: () => this.events.add({ name: "joined", token }) };
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
        if (event !== undefined) this.events.add(event);
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

function mesh(object: string): string {
  return `${service}.${object}1`;
}

function answerOctets(call: Call, value: Uint8Array | undefined): Answer {
  return { signature: "ay", body: [Buffer.from(given(call, value))] };
}

function given<Value>({ member }: Call, value: Value | undefined): Value {
  if (value === undefined) throw new CallError(`${service}.Error.Abort`, `${member}: the agent has none`);
  return value;
}
