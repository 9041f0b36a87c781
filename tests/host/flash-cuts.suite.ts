import { FlashStorage } from "../../host/flash/flash-storage.js";
import { checkStays, contentOf, cutEverywhere } from "../support/flash-cuts.js";
import { flashScenes } from "../support/flash-scenes.js";
import type { Suite } from "../support/harness.js";

/** The power fails at every word and every erasure of what a storage does: the hardest way, as the engine is slow. */
export const suite: Suite = ({ test, equal, ok }) => {
  for (const [what, scene, least] of flashScenes) {
    test(`${what}, cut anywhere: old or new, and it stays that`, () => {
      const cuts = cutEverywhere(scene, ["unstable"], (flash, states) => {
        const found = contentOf(new FlashStorage(flash));
        ok(states.includes(found), `${found} is not one of ${states.join(" / ")}`);
        equal(checkStays(flash, found), undefined);
      });
      ok(cuts >= least, `there were ${cuts} steps`);
    });
  }
};
