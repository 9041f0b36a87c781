/** A lamp: the smallest product. This page joins the node to its platform, and says what LED and button are for. */

import { createPlatform } from "./host/platform.js";
import { MeshNode } from "./modules/node.js";
import type { Platform } from "./modules/platform.js";
import { readPolicy } from "./modules/policy.js";

const ON = 65_535;
const OFF = 0;

/** Start a lamp on a platform. Throws SettingsError where a setting makes no sense. */
export function lamp(platform: Platform): MeshNode {
  const { led, button } = platform.board;
  let isOn = false;
  let wantsAttention = false;
  const show = () => led.write(isOn !== wantsAttention ? ON : OFF);

  const node = new MeshNode(
    platform,
    { policy: readPolicy(platform.settings), numberOfElements: 1 },
    {
      stateChanged: () => show(),
      attention: (seconds) => {
        wantsAttention = seconds > 0;
        show();
      },
    },
  );

  button.listen((down) => {
    if (!down) return;
    isOn = !isOn;
    show();
  });

  node.start();
  return node;
}

/** What a board runs. */
export default function main(): void {
  lamp(createPlatform());
}
