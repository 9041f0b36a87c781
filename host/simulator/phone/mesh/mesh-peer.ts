/**
 * A node's peer in the mesh: sends access and control messages from any address, acknowledges and reassembles
 * segments, and writes down all that it hears and can open. It neither relays nor answers, and protects itself
 * against nothing; conversations are led by whoever holds it.
 */

import { AirQueue } from "./air-queue.js";
import { encodeSecureNetworkBeacon } from "./beacon.js";
import { Ear } from "./ear.js";
import { KeyRing, keyToSendWith } from "./key-ring.js";
import { isUnicast } from "./keys.js";
import { MeshLog } from "./mesh-log.js";
import { encodeNetworkPdu, type FirstOctet } from "./network.js";
import { PduMaker, type PreparedMessage } from "./pdu-maker.js";
import { PayloadType, type PeerBearer } from "./peer-bearer.js";
import type {
  AccessMessageHeard,
  AccessToSend,
  AcknowledgmentToSend,
  BeaconHeard,
  BeaconToSend,
  ConfigurationToSend,
  ControlMessageHeard,
  ControlToSend,
  MeshPeerOptions,
  NetworkFields,
  NetworkPduHeard,
  Route,
  TransportToSend,
} from "./peer-types.js";
import { SentMessage, type Transmit } from "./sent-message.js";
import { decodeAcknowledgment, encodeAcknowledgment } from "./transport.js";

/** One radio, many addresses. Nothing happens until the clock goes on. */
export class MeshPeer {
  /** Add what the peer can open, and change it: `keys.refreshNetKey`, `keys.setPhase` and more. */
  readonly keys = new KeyRing();
  /** All that was heard; its lists stand below, too. `log.clear()`, `log.reusedSequenceNumbers()`. */
  readonly log = new MeshLog();
  /** Whether segments for own addresses are acknowledged. */
  acknowledging = true;
  readonly #options: MeshPeerOptions;
  readonly #air: PeerBearer;
  readonly #maker: PduMaker;
  readonly #ear: Ear;
  #segmented: SentMessage[] = [];

  constructor(options: MeshPeerOptions) {
    const { clock, address, ttl = 5, sequence = 0 } = options;
    this.#options = options;
    this.#maker = new PduMaker(this.keys, { address, ttl, sequence });
    this.#ear = new Ear({
      clock,
      keys: this.keys,
      log: this.log,
      acknowledge: (about, seqZero, ackedSegments) => this.#acknowledge(about, seqZero, ackedSegments),
      control: (message) => this.#control(message),
    });
    this.#air = bearerOf(options);
    this.#air.open((adType, payload) => {
      if (adType === PayloadType.Message) this.#ear.hearNetworkPdu(payload);
      else if (adType === PayloadType.Beacon) this.#ear.hearBeacon(payload);
    });
  }

  /** The address that it sends from unless told otherwise. */
  get address(): number {
    return this.#options.address;
  }

  /** Every network PDU that a key opened, each copy by itself, with its TTL and sequence number. */
  get heard(): readonly NetworkPduHeard[] {
    return this.log.heard;
  }

  /** Every access message that a key opened, whomever it was for, copies left out. */
  get received(): readonly AccessMessageHeard[] {
    return this.log.received;
  }

  /** Every control message, segment acknowledgments included, copies left out. */
  get controls(): readonly ControlMessageHeard[] {
    return this.log.controls;
  }

  /** Every secure network beacon, known or not. */
  get beacons(): readonly BeaconHeard[] {
    return this.log.beacons;
  }

  /** Add a subnet; the first one is the default of every route. ivIndex default: 0. */
  addNetwork(network: Parameters<KeyRing["addNetwork"]>[0]): void {
    this.keys.addNetwork(network);
  }

  /** Of all subnets. updating: IV Update in Progress, the peer sends with `ivIndex` - 1. MshPRT 3.11.5. */
  setIvIndex(ivIndex: number, updating = false): void {
    this.keys.setIvIndex(ivIndex, updating);
  }

  /** Add an AppKey bound to a NetKey, or put another one in its place. */
  addAppKey(netKeyIndex: number, appKeyIndex: number, key: Uint8Array): void {
    this.keys.addAppKey(netKeyIndex, appKeyIndex, key);
  }

  /** The device key of the node whose primary element has this address. */
  addDevice(address: number, deviceKey: Uint8Array): void {
    this.keys.addDevice(address, deviceKey);
  }

  /** Answers the label's virtual address. */
  addLabel(label: Uint8Array): number {
    return this.keys.addLabel(label);
  }

  /** Take the oldest access message of this opcode, and of this source when given, out of `received`. */
  take(opcode: number, src?: number): AccessMessageHeard | undefined {
    const { received } = this.log;
    const at = received.findIndex((heard) => heard.opcode === opcode && (src ?? heard.src) === heard.src);
    return at < 0 ? undefined : received.splice(at, 1)[0];
  }

  /**
   * Send an access message; keep the answer to see what becomes of it, and for its network PDUs. Segmented messages
   * of one source to one destination do not wait for each other, as they should: wait for the first to end.
   */
  send(message: AccessToSend): SentMessage {
    return this.#send(this.#maker.access(message));
  }

  /** Send a transport control message, in segments when it has more than 11 octets. */
  sendControl(message: ControlToSend): SentMessage {
    return this.#send(this.#maker.control(message));
  }

  /** Send a lower transport PDU as it is: a segment with any fields, say; see `encodeSegment`. */
  sendTransport(message: TransportToSend): SentMessage {
    return this.#send(this.#maker.transport(message));
  }

  /** Acknowledge by hand. Set `acknowledging` to false when nothing else shall. */
  sendAcknowledgment(acknowledgment: AcknowledgmentToSend): SentMessage {
    const { obo = 0, seqZero, ackedSegments, ...route } = acknowledgment;
    return this.#sendAcknowledgment(route, encodeAcknowledgment(obo, seqZero, ackedSegments));
  }

  /** The network PDUs of a message that is not sent; they have taken their sequence numbers. */
  prepare(message: AccessToSend | ControlToSend): readonly Uint8Array[] {
    const prepared = "key" in message ? this.#maker.access(message) : this.#maker.control(message);
    return prepared.transportPdus.map((transportPdu) => prepared.wrap(transportPdu));
  }

  /** A proxy configuration message, secured as the route says; it is not sent. MshPRT 6.6. */
  prepareConfiguration(message: ConfigurationToSend): Uint8Array {
    return this.#maker.configuration(message);
  }

  /** What stands in a proxy configuration message; undefined: no key opens it. */
  openConfiguration(pdu: Uint8Array): NetworkPduHeard | undefined {
    return this.#ear.openConfiguration(pdu);
  }

  /** A network PDU with exactly these fields, legal or not. netKeyIndex, ivIndex: as in a route. */
  encode(fields: NetworkFields & FirstOctet & Pick<Route, "netKeyIndex" | "newKey" | "ivIndex">): Uint8Array {
    const subnet = this.#maker.subnet(fields.netKeyIndex);
    const { credentials } = keyToSendWith(subnet, fields.newKey);
    const ivIndex = fields.ivIndex ?? subnet.ivIndex - (subnet.ivUpdate ? 1 : 0);
    return encodeNetworkPdu(credentials, ivIndex, fields, fields);
  }

  /** Send a network PDU as it is: one from `prepare`, `encode`, a sent message, or captured. */
  transmitRaw(networkPdu: Uint8Array, count = this.#options.transmissions ?? 1): void {
    this.#air.send(PayloadType.Message, networkPdu, { count });
  }

  /** Send any AD structure; payload: at most 29 octets. */
  transmitAd(adType: number, payload: Uint8Array): void {
    this.#air.send(adType, payload);
  }

  /** Send one secure network beacon; answers its payload. */
  sendBeacon(beacon: BeaconToSend = {}): Uint8Array {
    const subnet = this.#maker.subnet(beacon.netKeyIndex);
    const stands = (subnet.phase === 2 ? 1 : 0) | (subnet.ivUpdate ? 2 : 0);
    const { flags = stands, ivIndex = subnet.ivIndex, newKey, authenticationValue } = beacon;
    const key = keyToSendWith(subnet, newKey);
    const payload = encodeSecureNetworkBeacon(key, flags, ivIndex, authenticationValue);
    this.#air.send(PayloadType.Beacon, payload);
    return payload;
  }

  /** The next sequence number of a source. */
  sequenceOf(src = this.address): number {
    return this.#maker.sequenceOf(src);
  }

  /** Go on with this sequence number. */
  setSequence(next: number, src = this.address): void {
    this.#maker.setSequence(src, next);
  }

  /** Payloads that wait for their turn on the air. */
  get waiting(): number {
    return this.#air.length;
  }

  /** Give up all that is being sent; what is heard is still written down. */
  stop(): void {
    for (const sent of this.#segmented) sent.stop();
    this.#segmented = [];
    this.#air.clear();
  }

  #send(message: PreparedMessage): SentMessage {
    const count = this.#options.transmissions ?? 1;
    const { clock, retransmissionMs } = this.#options;
    const transmit: Transmit = (networkPdu, gone) =>
      this.#air.send(PayloadType.Message, networkPdu, { count, ...(gone && { sent: gone }) });
    const sent = new SentMessage(message, clock, transmit, retransmissionMs);
    this.#segmented = this.#segmented.filter(({ state }) => state === "sending");
    if (message.segmented) this.#segmented.push(sent);
    return sent;
  }

  #acknowledge(about: NetworkPduHeard, seqZero: number, ackedSegments: number): void {
    const { src: dst, dst: src, netKeyIndex, newKey, ttl } = about;
    if (!this.acknowledging || !isUnicast(src) || !this.#maker.isSource(src)) return;
    const route = { src, dst, netKeyIndex, newKey, ...(ttl === 0 && { ttl }) };
    this.#sendAcknowledgment(route, encodeAcknowledgment(0, seqZero, ackedSegments));
  }

  #sendAcknowledgment(route: Route, parameters: Uint8Array): SentMessage {
    return this.sendControl({ ...route, opcode: 0, parameters });
  }

  #control({ opcode, parameters, src, dst }: ControlMessageHeard): void {
    const acknowledgment = opcode === 0 ? decodeAcknowledgment(parameters) : undefined;
    if (acknowledgment === undefined) return;
    const { obo, seqZero, ackedSegments } = acknowledgment;
    for (const sent of this.#segmented)
      if (sent.isAbout({ src, dst, obo, seqZero })) sent.acknowledge(ackedSegments);
  }
}

function bearerOf({ bearer, radio, clock, intervalMs = 20 }: MeshPeerOptions): PeerBearer {
  if (bearer !== undefined) return bearer;
  if (radio === undefined) throw new RangeError("a peer needs a radio or another bearer");
  return new AirQueue({ radio, clock, intervalMs });
}
