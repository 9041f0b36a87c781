/** The advertising data of a mesh service, for clients that may connect. MshPRT 7.1.2.2, 7.2.2.2. */

import { concat, setUint16LE } from "../bytes.js";
import { AdType, MAX_ADVERTISING_DATA } from "./ad.js";

/** LE General Discoverable Mode, BR/EDR Not Supported. Core Specification Supplement, Part A, 1.3. */
const FLAGS = 0x06;

const QUESTION_MARK = 0x3f;

/** Flags, the list of UUIDs, and the service data: 13 octets more than `serviceData`, which has at most 18. */
export function encodeServiceAdvertisement(service: number, serviceData: Uint8Array): Uint8Array {
  const uuid = new Uint8Array(2);
  setUint16LE(uuid, 0, service);
  return concat(
    structure(AdType.Flags, Uint8Array.of(FLAGS)),
    structure(AdType.CompleteServiceUuids16, uuid),
    structure(AdType.ServiceData16, concat(uuid, serviceData)),
  );
}

/**
 * What a client that asks is told besides: the URI, and as much of the name as there is room for. uri: payload of the
 * AD structure, at most 29 octets; a name's character beyond ASCII becomes a question mark. undefined: nothing.
 */
export function encodeScanResponse(uri: Uint8Array | undefined, name: string): Uint8Array | undefined {
  const first = uri === undefined ? new Uint8Array(0) : structure(AdType.Uri, uri);
  const room = MAX_ADVERTISING_DATA - first.length - 2;
  const shown = visible(room > 0 ? name.slice(0, room) : "");
  const isWhole = shown.length === name.length;
  const second = structure(isWhole ? AdType.CompleteLocalName : AdType.ShortenedLocalName, shown);
  const response = shown.length === 0 ? first : concat(first, second);
  return response.length === 0 ? undefined : response;
}

function structure(adType: AdType, payload: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(payload.length + 1, adType), payload);
}

function visible(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, i) => {
    const code = text.charCodeAt(i);
    return code > 0x1f && code < 0x7f ? code : QUESTION_MARK;
  });
}
