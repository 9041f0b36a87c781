/** Transport control messages: which there are, and which destinations they may have. MshPRT 3.6.5, 3.6.4.2. */

import { Address } from "../network/address.js";
import { FeatureState, type NodeStates } from "../network/node-states.js";

/** Opcodes, 7 bits. Assigned Numbers, "Transport control message opcodes". */
export const ControlOpcode = Object.freeze({
  SegmentAcknowledgment: 0x00,
  FriendPoll: 0x01,
  FriendUpdate: 0x02,
  FriendRequest: 0x03,
  FriendOffer: 0x04,
  FriendClear: 0x05,
  FriendClearConfirm: 0x06,
  FriendSubscriptionListAdd: 0x07,
  FriendSubscriptionListRemove: 0x08,
  FriendSubscriptionListConfirm: 0x09,
  Heartbeat: 0x0a,
} as const);

/** Where a control message came from, and how. Borrowed: valid until the call returns. */
export interface ControlIncoming {
  readonly src: number;
  readonly dst: number;
  readonly ttl: number;
  readonly netKeyIndex: number;
  /** dBm; 127: unknown. */
  readonly rssi: number;
}

/** Who takes the control messages with one opcode. */
export interface ControlReceiver {
  /** Would it take this one? Asked before the replay list is written, and for destinations of every kind. */
  accepts(from: ControlIncoming): boolean;
  received(parameters: Uint8Array, from: ControlIncoming): void;
}

/** How a control message goes out. */
export interface ControlOutgoing {
  readonly src: number;
  readonly dst: number;
  readonly ttl: number;
  readonly netKeyIndex: number;
}

/** Whether a fixed group is one of this node's, by the features that are switched on. MshPRT 3.6.4.2. */
export function isFixedGroupInUse(states: Pick<NodeStates, "values">, address: number): boolean {
  const { relay, gattProxy, friend } = states.values;
  switch (address) {
    case Address.AllNodes:
      return true;
    case Address.AllRelays:
      return relay === FeatureState.Enabled;
    case Address.AllFriends:
      return friend === FeatureState.Enabled;
    case Address.AllProxies:
      return gattProxy === FeatureState.Enabled;
    default:
      return false;
  }
}
