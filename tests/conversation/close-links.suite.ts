/** What a host does after an exception of ours: every link is given up, and the node stays what it is. */

import type { Suite } from "../support/harness.js";
import { SILABS } from "../support/phone-apps.js";
import { PhoneScene, SILENT } from "../support/phone-scene.js";
import { World } from "../support/world.js";

/** MshPRT 7.1. */
const PROVISIONING_SERVICE = 0x1827;

export const suite: Suite = ({ test, equal, ok }) => {
  test("a link over PB-ADV is closed, and the next one leads to the end", () => {
    const world = new World();
    const { node, states } = world.addNode();
    const phone = world.addPhone();
    phone.provision();
    while (node.state !== "provisioning") world.clock.advance(10);
    node.closeLinks();
    world.clock.advance(5000);
    equal([phone.failures.length, phone.results.length], [1, 0]);
    equal([node.state, states], ["unprovisioned", ["unprovisioned", "provisioning", "unprovisioned"]]);
    phone.provision();
    world.clock.advance(30_000);
    equal([phone.results.length, node.state], [1, "provisioned"]);
  });

  test("a link over PB-GATT is closed, and the device is seen again", () => {
    const scene = new PhoneScene(SILABS);
    scene.begin();
    const { node, trace } = scene.node;
    scene.until(() => node.state === "provisioning", 5000, "the link");
    node.closeLinks();
    scene.until(() => scene.phone.link === undefined, 1000, "the end of the connection");
    equal(trace.eventsOf("pbGatt").slice(-2), ["disconnected", "linkClosed"]);
    equal([node.state, scene.results], ["unprovisioned", []]);
    // This app connects once more by itself.
    scene.finish();
    equal([node.state, scene.results.length], ["provisioned", 1]);
  });

  test("so is a connection that has not become a link yet", () => {
    const scene = new PhoneScene(SILABS);
    const { trace, node } = scene.node;
    scene.phone.connect(scene.findDevice().address, PROVISIONING_SERVICE, SILENT);
    scene.until(() => trace.eventsOf("pbGatt").includes("connected"), 1000, "the connection");
    node.closeLinks();
    scene.until(() => trace.eventsOf("pbGatt").length > 1, 1000, "what follows");
    equal([node.state, trace.eventsOf("pbGatt")], ["unprovisioned", ["connected", "disconnected"]]);
  });

  test("clients of the proxy are gone, and come back", () => {
    const scene = new PhoneScene(SILABS).arrive();
    scene.node.node.closeLinks();
    scene.until(() => scene.phone.link === undefined, 1000, "the end of the connection");
    equal(scene.node.node.state, "provisioned");
    scene.join(scene.findNetwork().address);
    ok(scene.client.isOpen);
  });

  test("where there is no link nothing happens", () => {
    const world = new World();
    const { node, states } = world.addNode();
    node.closeLinks();
    world.clock.advance(1000);
    equal([node.state, states], ["unprovisioned", ["unprovisioned"]]);
  });
};
