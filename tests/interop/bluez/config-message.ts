/** The fields of configuration messages. MshPRT 4.3.1, 4.3.2. */

/** Status codes. MshPRT 4.3.14. */
export const Status = Object.freeze({
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
} as const);

/** A model of the Bluetooth SIG, or one of a vendor. */
export type ModelId = number | VendorModelId;

export interface VendorModelId {
  readonly company: number;
  readonly model: number;
}

/** One model of a node. element: the element's unicast address. */
export interface ModelAt {
  readonly element: number;
  readonly model: ModelId;
}

/** One element, as the composition describes it. */
export interface ElementComposition {
  readonly location: number;
  readonly models: readonly number[];
  readonly vendorModels: readonly VendorModelId[];
}

/** Composition Data, page 0. features: bits 0 Relay, 1 Proxy, 2 Friend, 3 Low Power. MshPRT 4.2.2.1. */
export interface Composition {
  readonly companyId: number;
  readonly productId: number;
  readonly versionId: number;
  readonly replayProtectionSize: number;
  readonly features: number;
  readonly elements: readonly ElementComposition[];
}

/** Octets of an access message's opcode: one, or two. MshPRT 3.7.3.1. */
export function opcodeOctets(opcode: number): readonly number[] {
  return opcode < 0x80 ? [opcode] : [opcode >> 8, opcode & 0xff];
}

export function uint16LE(value: number): readonly number[] {
  return [value & 0xff, value >> 8];
}

export function modelOctets(model: ModelId): readonly number[] {
  return typeof model === "number" ? uint16LE(model) : [...uint16LE(model.company), ...uint16LE(model.model)];
}

/** Two key indexes in three octets. MshPRT 4.3.1.1. */
export function twoKeyIndexes(first: number, second: number): readonly number[] {
  return [first & 0xff, (first >> 8) | ((second & 0x0f) << 4), second >> 4];
}

/** A packed list of key indexes, taken apart. Throws RangeError when it is no such list. MshPRT 4.3.1.1. */
export function readKeyIndexes(octets: Buffer): readonly number[] {
  if (octets.length % 3 === 1) throw new RangeError(`no list of key indexes: ${octets.toString("hex")}`);
  const indexes: number[] = [];
  for (let at = 0; at < octets.length; at += 3) {
    indexes.push(octets.readUInt16LE(at) & 0x0fff);
    if (at + 2 < octets.length) indexes.push(octets.readUInt16LE(at + 1) >> 4);
  }
  return indexes;
}

/** A list of 16-bit values. Throws RangeError when half of one is left over. */
export function readUint16s(octets: Buffer): readonly number[] {
  return Array.from({ length: octets.length / 2 }, (_, i) => octets.readUInt16LE(2 * i));
}

/** Page 0 taken apart. Throws RangeError when it is cut short, or goes on behind its end. */
export function readComposition(page0: Buffer): Composition {
  const elements: ElementComposition[] = [];
  let at = 10;
  while (at < page0.length) {
    const modelCount = page0.readUInt8(at + 2);
    const vendorCount = page0.readUInt8(at + 3);
    const models = at + 4;
    const vendorModels = models + 2 * modelCount;
    elements.push({
      location: page0.readUInt16LE(at),
      models: Array.from({ length: modelCount }, (_, i) => page0.readUInt16LE(models + 2 * i)),
      vendorModels: Array.from({ length: vendorCount }, (_, i) => ({
        company: page0.readUInt16LE(vendorModels + 4 * i),
        model: page0.readUInt16LE(vendorModels + 4 * i + 2),
      })),
    });
    at = vendorModels + 4 * vendorCount;
  }
  return {
    companyId: page0.readUInt16LE(0),
    productId: page0.readUInt16LE(2),
    versionId: page0.readUInt16LE(4),
    replayProtectionSize: page0.readUInt16LE(6),
    features: page0.readUInt16LE(8),
    elements,
  };
}
