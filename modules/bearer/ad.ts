/** AD structures: length, type, data. Core Specification Supplement, Part A; types in the Assigned Numbers. */

/** The AD types that a mesh node sends or hears. MshPRT 3.3.1, 3.10, 5.2.1, 7.1.2.2, 7.2.2.2. */
export const AdType = Object.freeze({
  Flags: 0x01,
  IncompleteServiceUuids16: 0x02,
  CompleteServiceUuids16: 0x03,
  ShortenedLocalName: 0x08,
  CompleteLocalName: 0x09,
  ServiceData16: 0x16,
  Uri: 0x24,
  PbAdv: 0x29,
  MeshMessage: 0x2a,
  MeshBeacon: 0x2b,
} as const);
export type AdType = (typeof AdType)[keyof typeof AdType];

/** Octets of advertising data in one legacy advertising PDU. Core Specification, Vol 6, Part B, 2.3.1. */
export const MAX_ADVERTISING_DATA = 31;

/** Octets that remain for the payload of the only AD structure in an advertising PDU. */
export const MAX_AD_PAYLOAD = MAX_ADVERTISING_DATA - 2;
