/** A Configuration Server on a real stack without a network: requests go in as octets, and answers come out as octets. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { Access } from "../../modules/access/access.js";
import { encodeCompositionPage0 } from "../../modules/access/composition.js";
import type { MessageContext, Model, ModelAccess } from "../../modules/access/model.js";
import { fromHex, toHex } from "../../modules/bytes.js";
import { ConfigurationServer } from "../../modules/models/foundation/configuration-server.js";
import { IdentityStates } from "../../modules/network/identity-states.js";
import { IvIndex } from "../../modules/network/iv-index.js";
import { NetKeys } from "../../modules/network/net-keys.js";
import { Feature, type Features, NodeStates } from "../../modules/network/node-states.js";
import type { Subnet } from "../../modules/network/subnet.js";
import { Records } from "../../modules/records.js";
import { AppKeys } from "../../modules/transport/app-keys.js";
import type { ControlOutgoing, ControlReceiver } from "../../modules/transport/control.js";
import { HeartbeatPublication } from "../../modules/transport/heartbeat-publication.js";
import { HeartbeatSubscription } from "../../modules/transport/heartbeat-subscription.js";
import { Labels } from "../../modules/transport/labels.js";
import { FakeClock } from "./fake-clock.js";
import { MemoryStorage } from "./memory-storage.js";
import { RecordingTrace } from "./recording-trace.js";

/** The node's two elements. */
export const ELEMENTS = Object.freeze({ first: 0x1201, count: 2 });

/** Whoever asks. */
export const CLIENT = 0x0001;

/** How many keys and labels the node of the bench has room for. */
export const CAPACITY = Object.freeze({ netKeys: 3, appKeys: 24, labels: 2, replayList: 8 });

/** 16 octets, all of them the same. */
export function keyOf(value: number): string {
  return toHex(new Uint8Array(16).fill(value));
}

/** Octets from hexadecimal digits between which there may be spaces. */
export function octetsOf(text: string): Uint8Array {
  const octets = fromHex(text.replaceAll(" ", ""));
  if (octets === undefined) throw new Error(`not hexadecimal: ${text}`);
  return octets;
}

/** An answer, with its opcode. left: to be called when it is on the air. */
export interface Answer {
  readonly message: string;
  readonly left: (() => void) | undefined;
}

/** What differs from a node with everything but Low Power. */
export interface BenchOptions {
  readonly features?: Partial<Features>;
  /** It shows the Mesh Proxy Service. */
  readonly isProxy?: boolean;
}

/** NetKey 000 is there, of octets 00. Primary element: models 0000, 1000, 003f:002a; second element: 1001. */
export class ConfigurationBench {
  readonly clock = new FakeClock();
  readonly storage = new MemoryStorage();
  readonly trace = new RecordingTrace();
  readonly access: Access;
  readonly server = new ConfigurationServer();
  /** Whether there is room for answers. */
  hasRoom = true;
  /** The heartbeats of the node: destination, TTL, opcode and parameters. */
  readonly heartbeatsSent: string[] = [];
  /** How often the node was told to forget its network. */
  resets = 0;
  #answers: Answer[] = [];
  #heartbeats: ControlReceiver | undefined;

  constructor(options: BenchOptions = {}) {
    const { clock, trace } = this;
    const crypto = createNobleCrypto(clock);
    const records = new Records(this.storage, trace);
    const features = { relay: true, proxy: true, friend: true, lowPower: false, ...options.features };
    const states = new NodeStates(records, features, ({ relay, gattProxy }) => {
      if (states.values.relay !== relay) heartbeatPublication.featureChanged(Feature.Relay);
      if (states.values.gattProxy !== gattProxy) heartbeatPublication.featureChanged(Feature.Proxy);
    });
    const netKeys = new NetKeys({ records, crypto, trace, capacity: CAPACITY.netKeys });
    const appKeys = new AppKeys({ records, crypto, trace, capacity: CAPACITY.appKeys, netKeys });
    const labels = new Labels({ records, crypto, capacity: CAPACITY.labels });
    const ivIndex = new IvIndex({ clock, records, trace });
    const random = new SeededRandom(1);
    const parts = { clock, random, trace, records, upper: this.#upper(), appKeys, labels, states };
    const elements = [
      { location: 0, models: [this.#listenIn(), plainModel(0x1000), plainModel(0x002a, 0x003f)] },
      { location: 0, models: [plainModel(0x1001)] },
    ];
    const access = new Access({ ...parts, elements, addresses: ELEMENTS });
    const heartbeatPublication = new HeartbeatPublication({
      ...parts,
      elements: ELEMENTS,
      featuresInUse: () => states.featuresInUse,
    });
    netKeys.attach({
      added: () => {},
      phaseChanged: (subnet) => appKeys.netKeyPhaseChanged(subnet),
      deleted: ({ netKeyIndex }) => {
        appKeys.netKeyDeleted(netKeyIndex);
        heartbeatPublication.netKeyDeleted(netKeyIndex);
      },
    });
    appKeys.attach({ deleted: (appKeyIndex) => access.appKeyDeleted(appKeyIndex) });
    netKeys.begin(0, new Uint8Array(16), false);
    const nodeIdentity = new IdentityStates({ clock, random, changed: () => {} });
    const proxy = { nodeIdentity, showIdentity: (subnet: Subnet) => nodeIdentity.start(subnet) };
    this.server.serve({
      proxy: options.isProxy === true ? proxy : undefined,
      crypto,
      trace,
      netKeys,
      appKeys,
      ivIndex,
      states,
      features,
      heartbeatPublication,
      heartbeatSubscription: new HeartbeatSubscription(parts),
      access,
      compositionPage0: encodeCompositionPage0(
        { companyId: 0x05f1, productId: 1, versionId: 2, elements },
        elements,
        features,
        CAPACITY.replayList,
      ),
      elements: ELEMENTS,
      reset: () => {
        this.resets++;
      },
    });
    access.start();
    this.access = access;
  }

  /**
   * The answer to an access message, with its opcode; undefined: silence. It comes with that NetKey, and with an AppKey
   * or the device key.
   */
  ask(message: string, netKeyIndex = 0, appKeyIndex?: number): string | undefined {
    const accessPdu = octetsOf(message);
    const from = {
      src: CLIENT,
      dst: ELEMENTS.first,
      label: undefined,
      ttl: 5,
      netKeyIndex,
      appKeyIndex,
      rssi: -40,
    };
    this.#answers = [];
    if (this.access.wants(accessPdu, from)) this.access.received(accessPdu, from);
    return this.#answers.map(({ message }) => message).join() || undefined;
  }

  /** A heartbeat comes, if the node accepts it, with TTL 7 at its source and `ttl` here. */
  hearHeartbeat(src: number, ttl: number, dst: number = ELEMENTS.first): void {
    const from = { src, dst, ttl, netKeyIndex: 0, rssi: -40 };
    if (this.#heartbeats?.accepts(from)) this.#heartbeats.received(Uint8Array.of(7, 0, 0), from);
  }

  /** What the last request was answered; undefined: nothing. */
  get lastAnswer(): Answer | undefined {
    return this.#answers.at(-1);
  }

  /** The last answer is on the air now. */
  answerLeaves(): void {
    this.lastAnswer?.left?.();
  }

  /** A transport without a network below it. */
  #upper() {
    return {
      attach() {},
      send: () => true,
      hasNetKey: () => true,
      control: (_: number, receiver: ControlReceiver) => {
        this.#heartbeats = receiver;
      },
      sendControl: (opcode: number, parameters: Uint8Array, { dst, ttl }: ControlOutgoing) => {
        const heartbeat = `${hexOf(opcode, 2)} ${toHex(parameters)}`;
        this.heartbeatsSent.push(`${hexOf(dst, 4)} ${ttl}: ${heartbeat}`);
        return true;
      },
    };
  }

  /** The server as the access layer has it, but its answers stay here. */
  #listenIn(): Model {
    const { server } = this;
    return {
      companyId: server.companyId,
      modelId: server.modelId,
      security: server.security,
      messages: server.messages,
      attach: (access) => server.attach(this.#answersOf(access)),
      receive: (opcode, parameters, context) => server.receive(opcode, parameters, context),
      publishNow: () => server.publishNow(),
      reset: () => server.reset(),
    };
  }

  #answersOf(access: ModelAccess): ModelAccess {
    return {
      element: access.element,
      clock: access.clock,
      publish: () => false,
      reply: (to, opcode, parameters, left) => this.#answer(to, opcode, parameters, left),
      stored: undefined,
      store: () => false,
    };
  }

  #answer(to: MessageContext, opcode: number, parameters: Uint8Array, left?: () => void): boolean {
    if (!this.hasRoom) return false;
    if (to.src !== CLIENT) throw new Error("an answer to somebody else");
    this.#answers.push({ message: hexOf(opcode, opcode < 0x100 ? 2 : 4) + toHex(parameters), left });
    return true;
  }
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** A model that can be configured, and does nothing. */
function plainModel(modelId: number, companyId?: number): Model {
  return {
    companyId,
    modelId,
    security: "application",
    messages: [],
    attach() {},
    receive() {},
    publishNow() {},
    reset() {},
  };
}
