/** What a central and its test say to each other: one object of JSON a line, octets in hexadecimal digits. */

/** Services and characteristics by their 16-bit UUIDs. */
export interface CharacteristicName {
  readonly service: number;
  readonly characteristic: number;
}

/** What a test asks for; each request is answered once, or refused. */
export type CentralRequest =
  /** Scan until told otherwise, duplicates included; a connection ends it. services: whom to look for; none: all. */
  | { readonly ask: "scan"; readonly services: readonly number[] }
  | { readonly ask: "stopScanning" }
  /** Answered with the smaller MTU of what was asked for and what was answered. mtu: what to ask for. */
  | { readonly ask: "connect"; readonly address: string; readonly mtu: number }
  /** Answered with all services that are there. */
  | { readonly ask: "discover"; readonly address: string }
  /** Enable notifications, or indications where there are none. */
  | ({ readonly ask: "subscribe"; readonly address: string } & CharacteristicName)
  | ({ readonly ask: "unsubscribe"; readonly address: string } & CharacteristicName)
  /** Without response. */
  | ({ readonly ask: "write"; readonly address: string; readonly value: string } & CharacteristicName)
  | { readonly ask: "disconnect"; readonly address: string };

/** A request with the number that its answer repeats. */
export type NumberedRequest = CentralRequest & { readonly id: number };

/** What an answer brings, where the request says so. */
export interface Answer {
  readonly mtu?: number;
  readonly services?: readonly ServiceFound[];
}

/** A service, and which characteristics it has. */
export interface ServiceFound {
  readonly service: number;
  readonly characteristics: readonly number[];
}

/** One advertising report. Of services and data only what noble has heard in this one. */
export interface AdvertisementSeen {
  readonly address: string;
  /** dBm. */
  readonly rssi: number;
  readonly connectable: boolean;
  readonly name: string | undefined;
  /** Of all reports since the central was started. */
  readonly services: readonly number[];
  /** By service. */
  readonly serviceData: readonly { readonly service: number; readonly data: string }[];
}

/** What the central tells. */
export type CentralLine =
  /** address: of its controller. */
  | { readonly tell: "ready"; readonly address: string }
  | ({ readonly tell: "answer"; readonly id: number } & Answer)
  | { readonly tell: "refusal"; readonly id: number; readonly reason: string }
  | ({ readonly tell: "seen" } & AdvertisementSeen)
  | ({ readonly tell: "notified"; readonly address: string; readonly value: string } & CharacteristicName)
  /** reason: an HCI error code, or noble's own words. */
  | { readonly tell: "disconnected"; readonly address: string; readonly reason: number | string };
