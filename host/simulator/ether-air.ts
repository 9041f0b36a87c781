/** The air by the ether. */

import type { Air } from "./air.js";
import { defaultEtherPath, Ether } from "./ether.js";
import { Medium } from "./medium.js";
import { SimulatedRadio, type SimulatedRadioOptions } from "./radio.js";

/** A radio in a medium of its own, which the ether joins to those of other processes. */
export class EtherAir implements Air {
  readonly radio: SimulatedRadio;
  readonly gattServer = undefined;
  readonly place: string;
  readonly #ether: Ether;

  /** path: undefined: this user's; note: told in one line what a person may want to know of. */
  constructor(
    path: string | undefined,
    options: Omit<SimulatedRadioOptions, "medium" | "name">,
    note: (what: string) => void,
  ) {
    const medium = new Medium(options.clock);
    this.radio = new SimulatedRadio({ ...options, medium, name: "device" });
    this.place = path ?? defaultEtherPath();
    this.#ether = new Ether({ path: this.place, medium, note });
  }

  async open(): Promise<void> {
    await this.#ether.open();
  }

  async close(): Promise<void> {
    await this.#ether.close();
  }
}
