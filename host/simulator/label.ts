/** What the box of a device would carry: the UUID, and what proves to a provisioner that it is this device. */

import { fromHex } from "../../modules/bytes.js";
import { createNobleCrypto } from "../noble-crypto.js";
import { RealClock } from "./clock.js";
import type { Options } from "./options.js";
import { createUuidRandom } from "./simulator.js";
import { claimStateFolder } from "./state-folder.js";
import { UsageError } from "./usage-error.js";
import { keepUuid, keptUuid } from "./uuid.js";

/** What stands on a label. It is a secret that is shown on purpose, here and nowhere else. */
export interface Label {
  readonly name: string;
  /** 16 octets. */
  readonly uuid: Uint8Array;
  /** 16 or 32 octets; undefined: the device has none. */
  readonly staticOob: Uint8Array | undefined;
  /** X and Y of 32 octets each; undefined: none is known out of band. */
  readonly publicKey: Uint8Array | undefined;
  /** What the device announces by --oob-info; undefined: nothing. */
  readonly announced: string | undefined;
}

/** The label of the device that these options start; they are what the node takes. Rejects with UsageError. */
export async function labelOf(options: Options): Promise<Label> {
  const { name, settings } = options;
  const privateKey = octetsOf(settings.get("oob-key"));
  return {
    name,
    uuid: options.uuid ?? keptUuid(options.state) ?? newUuid(options),
    staticOob: octetsOf(settings.get("static-oob")),
    publicKey: privateKey === undefined ? undefined : await publicKeyOf(privateKey),
    announced: settings.get("oob-info"),
  };
}

/** A device that was never started gets its UUID now: its first start is to find the one of the label. */
function newUuid({ state, seed }: Options): Uint8Array {
  const release = claimStateFolder(state);
  try {
    return keepUuid(state, undefined, createUuidRandom(seed));
  } finally {
    release();
  }
}

function octetsOf(digits: string | undefined): Uint8Array | undefined {
  return digits === undefined ? undefined : fromHex(digits);
}

async function publicKeyOf(privateKey: Uint8Array): Promise<Uint8Array> {
  const crypto = createNobleCrypto(new RealClock());
  const publicKey = await new Promise<Uint8Array | undefined>((done) => crypto.publicKey(privateKey, done));
  if (publicKey === undefined) throw new UsageError("--oob-key: this is no private key of P-256");
  return publicKey;
}
