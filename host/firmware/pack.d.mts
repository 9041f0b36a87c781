/** Where the packed program goes. platform: a name of host/platform-NAME.ts. */
export interface Packing {
  readonly top: string;
  readonly platform: string;
  readonly folder: string;
}

/** Write the program of `top` for a platform into `folder`. The manifest's path. Throws Error. */
export function pack(packing: Packing): Promise<string>;

/** A file of TypeScript with properties in place of private names. Throws Error, in one line, where it cannot. */
export function withoutPrivateNames(source: string, path: string): string;
