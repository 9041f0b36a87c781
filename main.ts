/** A lamp: the smallest product. This page joins the node to its platform, and says what LED and button are for. */

import { run } from "./host/platform.js";
import { AttentionLight } from "./modules/board/attention-light.js";
import { Purpose } from "./modules/board/purpose.js";
import { listenForPushes } from "./modules/board/pushes.js";
import { ResetButton } from "./modules/board/reset-button.js";
import { SharedButton } from "./modules/board/shared-button.js";
import { LightLevel, SharedLight } from "./modules/board/shared-light.js";
import { GenericOnOffClient } from "./modules/models/generic-on-off-client.js";
import { GenericOnOffServer } from "./modules/models/generic-on-off-server.js";
import { defaultCapacity, MeshNode } from "./modules/node.js";
import type { Platform } from "./modules/platform.js";
import { readPolicy } from "./modules/policy.js";
import { BoardOob } from "./modules/provisioning/board-oob.js";

/** A company identifier that nobody owns: put your own in its place. Assigned Numbers, 7.1. */
const COMPANY = 0xffff;

/** A lamp on a platform, to be started. Throws SettingsError where a setting makes no sense. */
export function lamp(platform: Platform): MeshNode {
  const { board, clock, settings } = platform;
  const light = new SharedLight(board.led);
  const button = new SharedButton(board.button);
  const attention = new AttentionLight(clock, light.layer(Purpose.Attention));
  const user = new BoardOob({
    clock,
    board,
    light: light.layer(Purpose.Oob),
    button: button.layer(Purpose.Oob),
  });

  const lampLight = light.layer(Purpose.Product);
  const onOff = new GenericOnOffServer((isOn) => lampLight.write(isOn ? LightLevel.Full : LightLevel.Off));
  const remote = new GenericOnOffClient();
  const product = {
    composition: {
      companyId: COMPANY,
      productId: 0x0001,
      versionId: 0x0001,
      elements: [{ location: 0x0000, models: [onOff, remote] }],
    },
    policy: readPolicy(settings, user),
    features: { relay: true, proxy: platform.gattServer !== undefined, friend: false, lowPower: false },
    capacity: defaultCapacity,
  };
  const node = new MeshNode(platform, product, user, {
    stateChanged: () => {},
    attention: (seconds) => {
      if (seconds > 0) attention.start();
      else attention.stop();
    },
  });

  // A push switches this lamp, and all those that the client model's publication reaches.
  listenForPushes(button.layer(Purpose.Product), clock, () => {
    onOff.set(!onOff.isOn);
    remote.set(onOff.isOn);
  });
  new ResetButton({ clock, button, light: light.layer(Purpose.Reset) }, () => node.reset());

  lampLight.write(LightLevel.Off);
  return node;
}

/** What a board runs. */
export default function main(): void {
  run(lamp);
}
