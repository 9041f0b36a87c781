/** What a mesh peer has heard, in the order in which it came. */

import { equal } from "../../../../modules/bytes.js";
import type {
  AccessMessageHeard,
  BeaconHeard,
  ControlMessageHeard,
  NetworkPduHeard,
  PrivateBeaconHeard,
} from "./peer-types.js";

/** The oldest entries of a list give way to newer ones. */
const MAX_ENTRIES = 20_000;

/** Lists that a test may read, and take messages out of. */
export class MeshLog {
  readonly heard: NetworkPduHeard[] = [];
  readonly received: AccessMessageHeard[] = [];
  readonly controls: ControlMessageHeard[] = [];
  readonly beacons: BeaconHeard[] = [];
  readonly privateBeacons: PrivateBeaconHeard[] = [];
  /** Network PDUs that no key opened. */
  readonly undecoded: Uint8Array[] = [];
  /** Whole access messages that no key opened. */
  readonly unopened: NetworkPduHeard[] = [];

  /** Forget everything. */
  clear(): void {
    for (const list of [
      this.heard,
      this.received,
      this.controls,
      this.beacons,
      this.privateBeacons,
      this.undecoded,
      this.unopened,
    ])
      list.length = 0;
  }

  /** Pairs of PDUs with one source, IV Index and sequence number that are not the same message. MshPRT 3.9.3. */
  reusedSequenceNumbers(): readonly (readonly [NetworkPduHeard, NetworkPduHeard])[] {
    const first = new Map<string, NetworkPduHeard>();
    const pairs: [NetworkPduHeard, NetworkPduHeard][] = [];
    for (const pdu of this.heard) {
      const identity = `${pdu.ivIndex}/${pdu.src}/${pdu.seq}`;
      const known = first.get(identity);
      if (known === undefined) first.set(identity, pdu);
      else if (!isSameMessage(known, pdu)) pairs.push([known, pdu]);
    }
    return pairs;
  }
}

/** Keep the list from growing for ever. */
export function remember<Entry>(list: Entry[], entry: Entry): void {
  list.push(entry);
  if (list.length > MAX_ENTRIES) list.shift();
}

/** Copies of one message through relays differ in TTL only; those on two subnets are two messages. */
function isSameMessage(a: NetworkPduHeard, b: NetworkPduHeard): boolean {
  return (
    a.dst === b.dst &&
    a.ctl === b.ctl &&
    a.netKeyIndex === b.netKeyIndex &&
    a.newKey === b.newKey &&
    equal(a.transportPdu, b.transportPdu)
  );
}
