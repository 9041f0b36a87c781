/** The air by a Bluetooth adapter. */

import type { Air } from "../air.js";
import { RadioFault } from "../usage-error.js";
import { Adapter, type AdapterOptions } from "./adapter.js";
import { openStream, unusable } from "./open-stream.js";
import { type HciPlace, placeText } from "./place.js";

/** An adapter at a place. When it fails after `open`, RadioFault is thrown where nobody catches it: that is the end. */
export class HciAir implements Air {
  readonly radio: Adapter;
  readonly place: string;
  readonly #place: HciPlace;
  readonly #note: (what: string) => void;
  #isUp = false;

  /** note: told in one line what a person may want to know of. */
  constructor(place: HciPlace, options: AdapterOptions, note: (what: string) => void) {
    this.#place = place;
    this.place = `hci:${placeText(place)}`;
    this.radio = new Adapter(options);
    this.#note = note;
  }

  get gattServer(): Adapter["gattServer"] {
    return this.radio.gattServer;
  }

  async open(): Promise<void> {
    const stream = await openStream(this.#place);
    await new Promise<void>((resolve, reject) => {
      this.radio.start(stream, {
        ready: () => {
          this.#isUp = true;
          resolve();
        },
        failed: (why) => {
          if (this.#isUp) throw new RadioFault(`--radio: ${placeText(this.#place)} works no longer: ${why}`);
          reject(unusable(this.#place, why));
        },
        noted: this.#note,
      });
    });
  }

  async close(): Promise<void> {
    this.radio.close();
  }
}
