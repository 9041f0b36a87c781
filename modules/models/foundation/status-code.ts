/** What a Configuration Server says became of a request. MshPRT 4.3.14. */

import type { ListResult } from "../../access/model-entry.js";
import type { KeyResult } from "../../network/key-result.js";

/** The codes of 4.3.14 that this node has a reason for. */
export const StatusCode = Object.freeze({
  Success: 0x00,
  InvalidAddress: 0x01,
  InvalidModel: 0x02,
  InvalidAppKeyIndex: 0x03,
  InvalidNetKeyIndex: 0x04,
  InsufficientResources: 0x05,
  KeyIndexAlreadyStored: 0x06,
  InvalidPublishParameters: 0x07,
  NotASubscribeModel: 0x08,
  StorageFailure: 0x09,
  FeatureNotSupported: 0x0a,
  CannotUpdate: 0x0b,
  CannotRemove: 0x0c,
  CannotBind: 0x0d,
  TemporarilyUnableToChangeState: 0x0e,
  InvalidBinding: 0x11,
} as const);
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

const KEY_STATUS: Readonly<Record<KeyResult, StatusCode>> = Object.freeze({
  done: StatusCode.Success,
  alreadyStored: StatusCode.KeyIndexAlreadyStored,
  unknownNetKey: StatusCode.InvalidNetKeyIndex,
  unknownAppKey: StatusCode.InvalidAppKeyIndex,
  wrongPair: StatusCode.InvalidBinding,
  full: StatusCode.InsufficientResources,
  cannotUpdate: StatusCode.CannotUpdate,
  cannotRemove: StatusCode.CannotRemove,
  storageFailed: StatusCode.StorageFailure,
});

const LIST_STATUS: Readonly<Record<ListResult, StatusCode>> = Object.freeze({
  done: StatusCode.Success,
  full: StatusCode.InsufficientResources,
  storageFailed: StatusCode.StorageFailure,
});

/** The status of a change to a list of keys. MshPRT 4.4.1.2.9, 4.4.1.2.10. */
export function keyStatus(result: KeyResult): StatusCode {
  return KEY_STATUS[result];
}

/** The status of a change to what a model is bound to, hears or publishes. MshPRT 4.4.1.2.7, 4.4.1.2.8, 4.4.1.2.11. */
export function listStatus(result: ListResult): StatusCode {
  return LIST_STATUS[result];
}
