/** From messages to network PDUs: keys, sequence numbers, segments. MshPRT 3.4.4, 3.5.3.3, 3.6.4.1. */

import { concat } from "../../../../modules/bytes.js";
import { type KeyRing, keyToSendWith, type Subnet } from "./key-ring.js";
import { isUnicast, isVirtual } from "./keys.js";
import { encodeNetworkPdu, type NonceKind } from "./network.js";
import type {
  AccessToSend,
  ConfigurationToSend,
  ControlToSend,
  Route,
  TransportToSend,
} from "./peer-types.js";
import { accessFirst, divide, encryptAccess } from "./transport.js";

/** A message that waits to be put on the air. */
export interface PreparedMessage {
  readonly src: number;
  readonly dst: number;
  /** Of the first PDU that `wrap` makes. */
  readonly seq: number;
  readonly segmented: boolean;
  readonly awaitsAcknowledgment: boolean;
  readonly transportPdus: readonly Uint8Array[];
  /** The network PDU around a transport PDU; each call takes a sequence number. */
  wrap(transportPdu: Uint8Array): Uint8Array;
}

/** What the maker goes by where a route leaves something out. */
export interface PduMakerOptions {
  readonly address: number;
  readonly ttl: number;
  /** The first sequence number of every source. */
  readonly sequence: number;
}

interface Plan {
  readonly src: number;
  readonly seq: number;
  readonly ivIndex: number;
  wrap(ctl: 0 | 1, transportPdu: Uint8Array): Uint8Array;
}

/** Counts the sequence numbers of every source. */
export class PduMaker {
  readonly #keys: KeyRing;
  readonly #options: PduMakerOptions;
  readonly #sequences = new Map<number, number>();

  constructor(keys: KeyRing, options: PduMakerOptions) {
    this.#keys = keys;
    this.#options = options;
    this.#sequences.set(options.address, options.sequence);
  }

  /** Whether it has sent from this address. */
  isSource(address: number): boolean {
    return this.#sequences.has(address);
  }

  /** The next sequence number of a source. */
  sequenceOf(src: number): number {
    return this.#sequences.get(src) ?? this.#options.sequence;
  }

  setSequence(src: number, next: number): void {
    this.#sequences.set(src, next);
  }

  access(message: AccessToSend): PreparedMessage {
    const { micSize = 4, dst } = message;
    const { netKeyIndex, aid, kind, key } = this.#accessKey(message);
    const plan = this.#plan(message, netKeyIndex);
    const { src, seq, ivIndex } = plan;
    const label = message.label ?? (isVirtual(dst) ? this.#keys.labels(dst)[0] : undefined);
    const nonce = { kind, micSize, seq, src, dst, ivIndex, label };
    const upper = encryptAccess(key, nonce, message.message);
    const header = { first: accessFirst(aid), szmic: micSize === 8 ? 1 : 0, seq } as const;
    const pdus = divide(0, upper, { ...header, segmented: message.segmented ?? false });
    return this.#prepared(message, plan, 0, pdus);
  }

  control(message: ControlToSend): PreparedMessage {
    const plan = this.#plan(message, message.netKeyIndex);
    const { opcode: first, parameters, segmented = false } = message;
    return this.#prepared(
      message,
      plan,
      1,
      divide(1, parameters, { first, szmic: 0, seq: plan.seq, segmented }),
    );
  }

  /** A transport PDU as it is; nothing about it is awaited. */
  transport(message: TransportToSend): PreparedMessage {
    const plan = this.#plan(message, message.netKeyIndex);
    const prepared = this.#prepared(message, plan, message.ctl, [message.transportPdu]);
    return { ...prepared, segmented: false, awaitsAcknowledgment: false };
  }

  /** A proxy configuration message, whole. */
  configuration({ opcode, parameters, ...route }: ConfigurationToSend): Uint8Array {
    const plan = this.#plan({ dst: 0, ttl: 0, ...route }, route.netKeyIndex, "proxy");
    return plan.wrap(1, concat(new Uint8Array([opcode]), parameters));
  }

  /** The subnet of a route. */
  subnet(netKeyIndex: number | undefined): Subnet {
    const first = this.#keys.subnets[0];
    if (netKeyIndex !== undefined) return this.#keys.subnet(netKeyIndex);
    if (first === undefined) throw new RangeError("the peer has no NetKey");
    return first;
  }

  #prepared({ dst }: Route, plan: Plan, ctl: 0 | 1, transportPdus: readonly Uint8Array[]): PreparedMessage {
    const { src, seq } = plan;
    const segmented = ((transportPdus[0]?.[0] ?? 0) & 0x80) !== 0;
    const wrap = (transportPdu: Uint8Array): Uint8Array => plan.wrap(ctl, transportPdu);
    return {
      src,
      dst,
      seq,
      segmented,
      awaitsAcknowledgment: segmented && isUnicast(dst),
      transportPdus,
      wrap,
    };
  }

  /** Takes the first sequence number: it is part of what is encrypted. */
  #plan(route: Route, netKeyIndex: number | undefined, nonce: NonceKind = "network"): Plan {
    const { src = this.#options.address, dst, ttl = this.#options.ttl } = route;
    const subnet = this.subnet(netKeyIndex);
    const { credentials } = keyToSendWith(subnet, route.newKey);
    const ivIndex = route.ivIndex ?? subnet.ivIndex - (subnet.ivUpdate ? 1 : 0);
    let given = route.seq;
    const draw = (): number => {
      if (given !== undefined) return given++;
      const next = this.sequenceOf(src);
      this.#sequences.set(src, next + 1);
      return next;
    };
    const seq = draw();
    if (route.seq !== undefined && !this.isSource(src)) this.#sequences.set(src, this.#options.sequence);
    let drawn: number | undefined = seq;
    return {
      src,
      seq,
      ivIndex,
      wrap: (ctl, transportPdu) => {
        const fields = { ctl, ttl, seq: drawn ?? draw(), src, dst, transportPdu };
        drawn = undefined;
        return encodeNetworkPdu(credentials, ivIndex, fields, { nonce });
      },
    };
  }

  #accessKey({ key, netKeyIndex, newKey }: AccessToSend): {
    readonly netKeyIndex: number | undefined;
    readonly aid: number | undefined;
    readonly kind: "application" | "device";
    readonly key: Uint8Array;
  } {
    if ("device" in key) {
      return { netKeyIndex, aid: undefined, kind: "device", key: this.#keys.device(key.device) };
    }
    const held = this.#keys.appKey(key.app);
    const subnet = this.#keys.subnet(netKeyIndex ?? held.netKeyIndex);
    const chosen = (newKey ?? subnet.phase === 2) ? (held.next ?? held.current) : held.current;
    return { netKeyIndex: subnet.netKeyIndex, aid: chosen.aid, kind: "application", key: chosen.appKey };
  }
}
