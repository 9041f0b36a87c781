import type { BuildOptions } from "esbuild";

/** What is packed, and where it goes. */
export interface Packing {
  readonly top: string;
  /** A name of host/platform-NAME.ts, with a host/NAME/hardware.json. */
  readonly family: string;
  readonly folder: string;
}

/** Write a packed program into `folder`. The manifest's path. Throws Error. */
export function pack(packing: Packing): Promise<string>;

/** One module of all that `entry` needs, which stands in the folder `top`; `options` are esbuild's. Throws Error. */
export function bundled(entry: string, top: string, options: BuildOptions): Promise<string>;

/** A bundle in the form that takes the fewest slots. */
export function rewritten(text: string): string;
