/** What bluetooth-meshd tells its application, read from its D-Bus calls. */

import { bare, type Call, entry, integer, list, octets, text } from "./dbus.js";

/** What the daemon says. */
export type MeshEvent =
  | { readonly name: "joined"; readonly token: bigint }
  | ({ readonly name: "heard" } & HeardDevice)
  | ({ readonly name: "added" } & AddedNode)
  | { readonly name: "notAdded"; readonly reason: string }
  | ({ readonly name: "shown" } & Shown)
  | ({ readonly name: "message" | "deviceKeyMessage" } & AccessMessage);

/** An unprovisioned device beacon. uriHash: undefined when the beacon has none. MshPRT 3.10.2. */
export interface HeardDevice {
  readonly uuid: Buffer;
  readonly oobInformation: number;
  readonly uriHash: number | undefined;
}

/** A device that has become a node. */
export interface AddedNode {
  readonly uuid: Buffer;
  readonly unicastAddress: number;
  readonly elementCount: number;
}

/** What a person shall enter on the device. type: the agent's capability, such as "push" or "in-alpha". */
export interface Shown {
  readonly type: string;
  readonly value: number | string;
}

/** A decrypted access message. data: opcode and parameters. */
export interface AccessMessage {
  readonly source: number;
  /** An address, or a label in hexadecimal digits; undefined: ours, as it came with a device key. */
  readonly destination: number | string | undefined;
  /** Of the AppKey; of the NetKey where it came with a device key. */
  readonly keyIndex: number;
  readonly data: Buffer;
}

/** The keys that the daemon knows: NetKeys and AppKeys by index, device keys by unicast address. */
export interface ExportedKeys {
  readonly netKeys: ReadonlyMap<number, Buffer>;
  readonly appKeys: ReadonlyMap<number, Buffer>;
  readonly deviceKeys: ReadonlyMap<number, Buffer>;
}

/** Of the answer to ExportKeys. */
export function readKeys(keys: unknown): ExportedKeys {
  const netKeys = list(entry(keys, "NetKeys"));
  // Each NetKey has its AppKeys with it.
  const appKeys = netKeys.flatMap((item) => list(entry(list(item)[2], "AppKeys") ?? []));
  return {
    netKeys: keysByNumber(netKeys),
    appKeys: keysByNumber(appKeys),
    deviceKeys: keysByNumber(list(entry(keys, "DevKeys"))),
  };
}

/** What a call of the daemon tells; undefined: something that nobody here needs to know. */
export function readEvent({ member, body }: Call): MeshEvent | undefined {
  switch (member) {
    case "ScanResult":
      return { name: "heard", ...readBeacon(octets(body[1])) };
    case "AddNodeComplete":
      return {
        name: "added",
        uuid: octets(body[0]),
        unicastAddress: integer(body[1]),
        elementCount: integer(body[2]),
      };
    case "AddNodeFailed":
      return { name: "notAdded", reason: text(body[1]) };
    case "DisplayNumeric":
      return { name: "shown", type: text(body[0]), value: integer(body[1]) };
    case "DisplayString":
      return { name: "shown", type: "in-alpha", value: text(body[0]) };
    case "MessageReceived":
      return {
        name: "message",
        source: integer(body[0]),
        destination: readDestination(bare(body[2])),
        keyIndex: integer(body[1]),
        data: octets(body[3]),
      };
    case "DevKeyMessageReceived":
      return {
        name: "deviceKeyMessage",
        source: integer(body[0]),
        destination: undefined,
        keyIndex: integer(body[2]),
        data: octets(body[3]),
      };
    default:
      return undefined;
  }
}

function readDestination(value: unknown): number | string {
  return typeof value === "number" ? value : octets(value).toString("hex");
}

/** What the daemon reports of a beacon: the UUID, the OOB information, and the URI hash if there is one. */
function readBeacon(data: Buffer): HeardDevice {
  return {
    uuid: data.subarray(0, 16),
    oobInformation: data.readUInt16BE(16),
    uriHash: data.length >= 22 ? data.readUInt32BE(18) : undefined,
  };
}

function keysByNumber(items: readonly unknown[]): ReadonlyMap<number, Buffer> {
  return new Map(
    items.map((item) => {
      const [number, key] = list(item);
      return [integer(number), octets(key)] as const;
    }),
  );
}
