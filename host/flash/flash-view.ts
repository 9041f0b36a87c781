import type { Found } from "./log-reader.js";

/** How full and how worn a flash is, as plain data to be shown. Octets of records count their headers and check sums. */
export interface FlashView {
  readonly found: Found;
  /** Octets of the records that count, and of those that there is room for. */
  readonly live: number;
  readonly capacity: number;
  readonly pages: readonly PageView[];
}

/** One page. active: it is written to. full: it holds an older part of the log. free: nothing that counts. */
export interface PageView {
  readonly state: "active" | "full" | "free";
  readonly live: number;
  /** Octets that can still be written before it has to be erased. */
  readonly blank: number;
  readonly erasures: number;
}
