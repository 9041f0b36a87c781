/** The shim that is preloaded into bluetooth-meshd. */

import { buildSharedObject } from "../preloaded.js";

const sources = ["meshd-shim.c", "meshd-crypto.c"].map((name) => new URL(name, import.meta.url));

/** Path of the shared object. Throws when there is no C compiler, or no OpenSSL to compile with. */
export function buildShim(): string {
  return buildSharedObject({ name: "meshd-shim", sources, libraries: ["-lcrypto", "-ldl"] });
}
