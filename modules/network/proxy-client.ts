/** One client of the proxy: an interface of the network layer with a filter of its own. MshPRT 6.7. */

import { GattBearer } from "../bearer/gatt-bearer.js";
import type { ProxyLink } from "../bearer/proxy-link.js";
import { ProxyMessageType } from "../bearer/proxy-pdu.js";
import { ProxyBeacons, type ProxyBeaconsParts } from "./proxy-beacons.js";
import { ProxyConfiguration, type ProxyConfigurationParts } from "./proxy-configuration.js";
import { ProxyFilter } from "./proxy-filter.js";

/** What a client needs of its surroundings. */
export interface ProxyClientParts extends ProxyBeaconsParts, ProxyConfigurationParts {
  /** Takes mesh beacons, wherever they come from. */
  readonly beacon: { received(pdu: Uint8Array): void };
  /** Addresses in a filter. */
  readonly filterCapacity: number;
}

/** From the connection of the client to its end. */
export class ProxyClient {
  readonly link: ProxyLink;
  readonly bearer: GattBearer;
  readonly #beacons: ProxyBeacons;

  /** isPrivate: the Proxy Privacy parameter, as it is at the connection. MshPRT 6.5, 7.2.2.2.6. */
  constructor(link: ProxyLink, isPrivate: boolean, parts: ProxyClientParts) {
    const filter = new ProxyFilter(parts.filterCapacity);
    this.link = link;
    this.bearer = new GattBearer(link, filter);
    this.#beacons = new ProxyBeacons(link, isPrivate, parts);
    new ProxyConfiguration(link, filter, parts);
    link.receive(ProxyMessageType.MeshBeacon, parts.beacon);
  }

  /** The client has subscribed, or something has changed that beacons tell of. */
  tell(): void {
    this.#beacons.changed();
  }
}
