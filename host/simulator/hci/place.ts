/** WHERE of --radio hci:WHERE: the places at which a controller may be. */

/** A controller's place. */
export type HciPlace =
  /** A unix socket that speaks H4, or a serial device; which of the two is seen when it is opened. */
  | { readonly kind: "path"; readonly path: string; readonly baud: number }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** Linux's own adapter of that number. */
  | { readonly kind: "adapter"; readonly number: number };

/** What most firmwares with an HCI on a serial line use. */
export const DEFAULT_BAUD = 1_000_000;

const MAX_PORT = 65_535;

/**
 * The place that WHERE names; undefined: it names none. absolute: makes a path absolute. A path with @ and digits at
 * its end names a serial device with its speed.
 */
export function parsePlace(where: string, absolute: (path: string) => string): HciPlace | undefined {
  const adapter = /^hci(\d{1,3})$/.exec(where)?.[1];
  if (adapter !== undefined) return { kind: "adapter", number: Number(adapter) };
  const [, host, digits] = /^(\[[0-9a-fA-F:.]+\]|[^/\\:@]+):(\d{1,5})$/.exec(where) ?? [];
  if (host !== undefined && digits !== undefined) {
    const port = Number(digits);
    return port < 1 || port > MAX_PORT
      ? undefined
      : { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port };
  }
  const [, path = "", speed] = /^(.+?)(?:@(\d{1,7}))?$/s.exec(where) ?? [];
  if (path === "" || speed === "0") return undefined;
  return { kind: "path", path: absolute(path), baud: speed === undefined ? DEFAULT_BAUD : Number(speed) };
}

/** A place as a person writes it. */
export function placeText(place: HciPlace): string {
  if (place.kind === "adapter") return `hci${place.number}`;
  if (place.kind === "path") return place.path;
  return place.host.includes(":") ? `[${place.host}]:${place.port}` : `${place.host}:${place.port}`;
}
