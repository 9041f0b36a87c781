/** One button with several listeners: the highest purpose that asks for it hears it alone. */

import type { Button } from "../platform.js";
import type { Purpose } from "./purpose.js";

type Changed = (down: boolean) => void;

/** The button as one purpose has it: `listen` asks for it, once more replaces the listener. */
export interface ButtonLayer extends Button {
  /** Hear nothing any more: who is below hears again, from the next push on. Idempotent. */
  release(): void;
}

/**
 * Its own listeners hear every change, before the layers. Of the layers one hears a push from down to up: who was
 * the highest when it began. So nobody hears half a push, whatever is asked or released meanwhile.
 */
export class SharedButton implements Button {
  readonly #always: Changed[] = [];
  readonly #layers: (Changed | undefined)[] = [];
  #owner: Changed | undefined;

  /** button: undefined where a board has none; then nobody hears anything. */
  constructor(button: Button | undefined) {
    button?.listen((down) => this.#changed(down));
  }

  listen(changed: Changed): void {
    this.#always.push(changed);
  }

  layer(purpose: Purpose): ButtonLayer {
    return {
      listen: (changed) => {
        this.#layers[purpose] = changed;
      },
      release: () => {
        this.#layers[purpose] = undefined;
      },
    };
  }

  #changed(down: boolean): void {
    if (down) this.#owner = this.#layers.findLast((listener) => listener !== undefined);
    for (const changed of this.#always) changed(down);
    if (this.#owner !== undefined && this.#layers.includes(this.#owner)) this.#owner(down);
    if (!down) this.#owner = undefined;
  }
}
