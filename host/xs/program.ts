/** What a host runs: a program, which makes of a platform something that runs on it. */

import type { Platform } from "../../modules/platform.js";

/** It does nothing before `start`. closeLinks: give up every connection, after an exception of its own. */
export interface Runnable {
  start(): void;
  closeLinks(): void;
}

/** Throws Error, in one line, where a setting makes no sense. */
export type Program = (platform: Platform) => Runnable;
