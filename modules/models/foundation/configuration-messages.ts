/** The requests that a Configuration Server takes: lengths and answers. MshPRT 4.3.2. */

import type { MessageFormat } from "../../access/model.js";
import { ConfigurationOpcode as Opcode } from "./configuration-opcodes.js";

/** A request. Its parameters have one of the two lengths, which differ where a model is that of a vendor. */
export interface ConfigurationMessage extends MessageFormat {
  /** The opcode of the status or list that answers it. */
  readonly answer: number;
}

/** Every request, as the specification's tables have it: none may be shorter, longer or in between. */
export const configurationMessages: readonly ConfigurationMessage[] = Object.freeze([
  Object.freeze({ opcode: Opcode.AppKeyAdd, minLength: 19, maxLength: 19, answer: Opcode.AppKeyStatus }),
  Object.freeze({ opcode: Opcode.AppKeyUpdate, minLength: 19, maxLength: 19, answer: Opcode.AppKeyStatus }),
  Object.freeze({ opcode: Opcode.AppKeyDelete, minLength: 3, maxLength: 3, answer: Opcode.AppKeyStatus }),
  Object.freeze({ opcode: Opcode.AppKeyGet, minLength: 2, maxLength: 2, answer: Opcode.AppKeyList }),
  Object.freeze({
    opcode: Opcode.CompositionDataGet,
    minLength: 1,
    maxLength: 1,
    answer: Opcode.CompositionDataStatus,
  }),
  Object.freeze({ opcode: Opcode.BeaconGet, minLength: 0, maxLength: 0, answer: Opcode.BeaconStatus }),
  Object.freeze({ opcode: Opcode.BeaconSet, minLength: 1, maxLength: 1, answer: Opcode.BeaconStatus }),
  Object.freeze({
    opcode: Opcode.DefaultTtlGet,
    minLength: 0,
    maxLength: 0,
    answer: Opcode.DefaultTtlStatus,
  }),
  Object.freeze({
    opcode: Opcode.DefaultTtlSet,
    minLength: 1,
    maxLength: 1,
    answer: Opcode.DefaultTtlStatus,
  }),
  Object.freeze({ opcode: Opcode.FriendGet, minLength: 0, maxLength: 0, answer: Opcode.FriendStatus }),
  Object.freeze({ opcode: Opcode.FriendSet, minLength: 1, maxLength: 1, answer: Opcode.FriendStatus }),
  Object.freeze({ opcode: Opcode.GattProxyGet, minLength: 0, maxLength: 0, answer: Opcode.GattProxyStatus }),
  Object.freeze({ opcode: Opcode.GattProxySet, minLength: 1, maxLength: 1, answer: Opcode.GattProxyStatus }),
  Object.freeze({
    opcode: Opcode.KeyRefreshPhaseGet,
    minLength: 2,
    maxLength: 2,
    answer: Opcode.KeyRefreshPhaseStatus,
  }),
  Object.freeze({
    opcode: Opcode.KeyRefreshPhaseSet,
    minLength: 3,
    maxLength: 3,
    answer: Opcode.KeyRefreshPhaseStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelPublicationGet,
    minLength: 4,
    maxLength: 6,
    answer: Opcode.ModelPublicationStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelPublicationSet,
    minLength: 11,
    maxLength: 13,
    answer: Opcode.ModelPublicationStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelPublicationVirtualAddressSet,
    minLength: 25,
    maxLength: 27,
    answer: Opcode.ModelPublicationStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelSubscriptionAdd,
    minLength: 6,
    maxLength: 8,
    answer: Opcode.ModelSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelSubscriptionDelete,
    minLength: 6,
    maxLength: 8,
    answer: Opcode.ModelSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelSubscriptionOverwrite,
    minLength: 6,
    maxLength: 8,
    answer: Opcode.ModelSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelSubscriptionVirtualAddressAdd,
    minLength: 20,
    maxLength: 22,
    answer: Opcode.ModelSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelSubscriptionVirtualAddressDelete,
    minLength: 20,
    maxLength: 22,
    answer: Opcode.ModelSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelSubscriptionVirtualAddressOverwrite,
    minLength: 20,
    maxLength: 22,
    answer: Opcode.ModelSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.ModelSubscriptionDeleteAll,
    minLength: 4,
    maxLength: 6,
    answer: Opcode.ModelSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.SigModelSubscriptionGet,
    minLength: 4,
    maxLength: 4,
    answer: Opcode.SigModelSubscriptionList,
  }),
  Object.freeze({
    opcode: Opcode.VendorModelSubscriptionGet,
    minLength: 6,
    maxLength: 6,
    answer: Opcode.VendorModelSubscriptionList,
  }),
  Object.freeze({
    opcode: Opcode.NetworkTransmitGet,
    minLength: 0,
    maxLength: 0,
    answer: Opcode.NetworkTransmitStatus,
  }),
  Object.freeze({
    opcode: Opcode.NetworkTransmitSet,
    minLength: 1,
    maxLength: 1,
    answer: Opcode.NetworkTransmitStatus,
  }),
  Object.freeze({ opcode: Opcode.RelayGet, minLength: 0, maxLength: 0, answer: Opcode.RelayStatus }),
  Object.freeze({ opcode: Opcode.RelaySet, minLength: 2, maxLength: 2, answer: Opcode.RelayStatus }),
  Object.freeze({
    opcode: Opcode.LowPowerNodePollTimeoutGet,
    minLength: 2,
    maxLength: 2,
    answer: Opcode.LowPowerNodePollTimeoutStatus,
  }),
  Object.freeze({
    opcode: Opcode.HeartbeatPublicationGet,
    minLength: 0,
    maxLength: 0,
    answer: Opcode.HeartbeatPublicationStatus,
  }),
  Object.freeze({
    opcode: Opcode.HeartbeatPublicationSet,
    minLength: 9,
    maxLength: 9,
    answer: Opcode.HeartbeatPublicationStatus,
  }),
  Object.freeze({
    opcode: Opcode.HeartbeatSubscriptionGet,
    minLength: 0,
    maxLength: 0,
    answer: Opcode.HeartbeatSubscriptionStatus,
  }),
  Object.freeze({
    opcode: Opcode.HeartbeatSubscriptionSet,
    minLength: 5,
    maxLength: 5,
    answer: Opcode.HeartbeatSubscriptionStatus,
  }),
  Object.freeze({ opcode: Opcode.ModelAppBind, minLength: 6, maxLength: 8, answer: Opcode.ModelAppStatus }),
  Object.freeze({ opcode: Opcode.ModelAppUnbind, minLength: 6, maxLength: 8, answer: Opcode.ModelAppStatus }),
  Object.freeze({
    opcode: Opcode.SigModelAppGet,
    minLength: 4,
    maxLength: 4,
    answer: Opcode.SigModelAppList,
  }),
  Object.freeze({
    opcode: Opcode.VendorModelAppGet,
    minLength: 6,
    maxLength: 6,
    answer: Opcode.VendorModelAppList,
  }),
  Object.freeze({ opcode: Opcode.NetKeyAdd, minLength: 18, maxLength: 18, answer: Opcode.NetKeyStatus }),
  Object.freeze({ opcode: Opcode.NetKeyUpdate, minLength: 18, maxLength: 18, answer: Opcode.NetKeyStatus }),
  Object.freeze({ opcode: Opcode.NetKeyDelete, minLength: 2, maxLength: 2, answer: Opcode.NetKeyStatus }),
  Object.freeze({ opcode: Opcode.NetKeyGet, minLength: 0, maxLength: 0, answer: Opcode.NetKeyList }),
  Object.freeze({
    opcode: Opcode.NodeIdentityGet,
    minLength: 2,
    maxLength: 2,
    answer: Opcode.NodeIdentityStatus,
  }),
  Object.freeze({
    opcode: Opcode.NodeIdentitySet,
    minLength: 3,
    maxLength: 3,
    answer: Opcode.NodeIdentityStatus,
  }),
  Object.freeze({ opcode: Opcode.NodeReset, minLength: 0, maxLength: 0, answer: Opcode.NodeResetStatus }),
]);
