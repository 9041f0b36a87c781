/** The way up: from AD payloads to messages. MshPRT 3.4.6.3, 3.5.3.4, 3.6.4.2. */

import { toHex } from "../../../../modules/bytes.js";
import type { Clock } from "../../../../modules/platform.js";
import { decodeSecureNetworkBeacon, isAuthentic, openPrivateBeacon } from "./beacon.js";
import type { KeyRing, Subnet } from "./key-ring.js";
import { isVirtual, type NetKeyMaterial } from "./keys.js";
import { type MeshLog, remember } from "./mesh-log.js";
import { decodeNetworkPdu, type NonceKind } from "./network.js";
import { splitOpcode } from "./opcode.js";
import type {
  AccessMessageHeard,
  ControlMessageHeard,
  MessageHeard,
  MessageKey,
  NetworkPduHeard,
} from "./peer-types.js";
import { type Acknowledge, Reassembler } from "./reassembler.js";
import { decodeTransportPdu, decryptAccess } from "./transport.js";

/** Copies of one PDU are one message as long as it is remembered. */
const MAX_REMEMBERED = 2000;

/** What the ear works with. */
export interface EarOptions {
  readonly clock: Clock;
  readonly keys: KeyRing;
  readonly log: MeshLog;
  readonly acknowledge: Acknowledge;
  /** A control message has come, and is in the log. */
  readonly control: (message: ControlMessageHeard) => void;
}

interface Whole {
  readonly pdu: NetworkPduHeard;
  readonly first: number;
  readonly szmic: 0 | 1;
  readonly seq: number;
  readonly segmented: boolean;
  readonly body: Uint8Array;
}

interface Opened {
  readonly message: Uint8Array;
  readonly key: MessageKey;
  readonly newAppKey: boolean;
  readonly label: Uint8Array | undefined;
}

/** Writes down what it can open. */
export class Ear {
  readonly #options: EarOptions;
  readonly #reassembler: Reassembler;
  readonly #known = new Set<string>();

  constructor(options: EarOptions) {
    this.#options = options;
    this.#reassembler = new Reassembler(options.clock, options.acknowledge);
  }

  /** The payload of a Mesh Message AD structure. */
  hearNetworkPdu(octets: Uint8Array): void {
    const { log } = this.#options;
    const pdu = this.#decode(octets);
    if (pdu === undefined) {
      remember(log.undecoded, octets);
      return;
    }
    remember(log.heard, pdu);
    if (!this.#isNew(pdu)) return;
    const transport = decodeTransportPdu(pdu.transportPdu);
    if (transport === undefined) return;
    const { first, body } = transport;
    if (!transport.segmented) {
      this.#deliver({ pdu, first, szmic: 0, seq: pdu.seq, segmented: false, body });
      return;
    }
    const whole = this.#reassembler.take(pdu, transport);
    if (whole !== undefined) this.#deliver({ ...whole, pdu: whole.last, segmented: true });
  }

  /** A proxy configuration message; undefined: no key opens it. MshPRT 6.6. */
  openConfiguration(pdu: Uint8Array): NetworkPduHeard | undefined {
    return this.#decode(pdu, "proxy");
  }

  /** The payload of a Mesh Beacon AD structure. */
  hearBeacon(payload: Uint8Array): void {
    const { keys, log, clock } = this.#options;
    const beacon = decodeSecureNetworkBeacon(payload);
    if (beacon === undefined) {
      this.#hearPrivateBeacon(payload);
      return;
    }
    const { flags, networkId, ivIndex } = beacon;
    const known = keys.byNetworkId(networkId);
    const key = known?.newKey ? known.subnet.next : known?.subnet.current;
    remember(log.beacons, {
      atMs: clock.now(),
      flags,
      networkId,
      ivIndex,
      netKeyIndex: known?.subnet.netKeyIndex,
      newKey: known?.newKey ?? false,
      authentic: key !== undefined && isAuthentic(beacon, key),
    });
  }

  #hearPrivateBeacon(payload: Uint8Array): void {
    const { keys, log, clock } = this.#options;
    for (const { netKeyIndex, current, next } of keys.subnets) {
      for (const key of [current, next]) {
        const opened = key && openPrivateBeacon(payload, key);
        if (opened === undefined) continue;
        const about = { atMs: clock.now(), netKeyIndex, newKey: key === next, payload: payload.slice() };
        remember(log.privateBeacons, { ...opened, ...about });
        return;
      }
    }
  }

  #decode(pdu: Uint8Array, kind: NonceKind = "network"): NetworkPduHeard | undefined {
    const atMs = this.#options.clock.now();
    for (const subnet of this.#options.keys.subnets) {
      for (const key of [subnet.current, subnet.next]) {
        const opened = key && decodeUnderAnyIvIndex(key, subnet, pdu, kind);
        if (opened === undefined) continue;
        return { ...opened, atMs, pdu, netKeyIndex: subnet.netKeyIndex, newKey: key === subnet.next };
      }
    }
    return undefined;
  }

  #isNew({ ivIndex, netKeyIndex, ctl, seq, src, dst, transportPdu }: NetworkPduHeard): boolean {
    const identity = `${ivIndex}/${netKeyIndex}/${ctl}/${seq}/${src}/${dst}/${toHex(transportPdu)}`;
    if (this.#known.has(identity)) return false;
    this.#known.add(identity);
    for (const oldest of this.#known) {
      if (this.#known.size <= MAX_REMEMBERED) break;
      this.#known.delete(oldest);
    }
    return true;
  }

  #deliver(whole: Whole): void {
    const { log, control } = this.#options;
    const { pdu, seq, segmented } = whole;
    const { atMs, src, dst, ttl, ivIndex, netKeyIndex } = pdu;
    const about: MessageHeard = { atMs, src, dst, ttl, seq, ivIndex, netKeyIndex, segmented };
    if (pdu.ctl === 1) {
      const message = { ...about, opcode: whole.first, parameters: whole.body };
      remember(log.controls, message);
      control(message);
      return;
    }
    const opened = (whole.first & 0x40) === 0 ? this.#openByDevice(whole) : this.#openByApp(whole);
    if (opened === undefined) {
      remember(log.unopened, pdu);
      return;
    }
    const micSize = whole.szmic === 1 ? 8 : 4;
    const heard: AccessMessageHeard = { ...about, ...opened, micSize, ...splitOpcode(opened.message) };
    remember(log.received, heard);
  }

  #openByDevice(whole: Whole): Opened | undefined {
    for (const [device, key] of this.#options.keys.devices) {
      const message = decryptAccess(key, nonceOf(whole, "device"), whole.body);
      if (message !== undefined) return { message, key: { device }, newAppKey: false, label: undefined };
    }
    return undefined;
  }

  #openByApp(whole: Whole): Opened | undefined {
    const { dst, netKeyIndex } = whole.pdu;
    const labels = isVirtual(dst) ? this.#options.keys.labels(dst) : [undefined];
    for (const held of this.#options.keys.appKeys) {
      if (held.netKeyIndex !== netKeyIndex) continue;
      for (const key of [held.current, held.next]) {
        if (key === undefined || key.aid !== (whole.first & 0x3f)) continue;
        for (const label of labels) {
          const message = decryptAccess(key.appKey, nonceOf(whole, "application", label), whole.body);
          const newAppKey = key === held.next;
          if (message !== undefined) return { message, key: { app: held.appKeyIndex }, newAppKey, label };
        }
      }
    }
    return undefined;
  }
}

/** The neighbours of the subnet's IV Index too: whoever listens need not follow every update. */
function decodeUnderAnyIvIndex(key: NetKeyMaterial, { ivIndex }: Subnet, pdu: Uint8Array, kind: NonceKind) {
  for (const candidate of [ivIndex, ivIndex - 1, ivIndex + 1]) {
    if (candidate < 0) continue;
    const fields = decodeNetworkPdu(key.credentials, candidate, pdu, kind);
    if (fields !== undefined) return { ...fields, ivIndex: candidate };
  }
  return undefined;
}

function nonceOf({ pdu, seq, szmic }: Whole, kind: "application" | "device", label?: Uint8Array) {
  const { src, dst, ivIndex } = pdu;
  return { kind, seq, src, dst, ivIndex, micSize: szmic === 1 ? 8 : 4, label } as const;
}
