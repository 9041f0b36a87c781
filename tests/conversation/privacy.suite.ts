/** A node that only its own network recognises: private identities, private beacons, and a proxy on demand. */

import { gattProxySet } from "../../host/simulator/phone/mesh/config-messages.js";
import type { ConfigStatus } from "../../host/simulator/phone/mesh/config-status.js";
import {
  onDemandPrivateProxyGet,
  onDemandPrivateProxySet,
  privateBeaconGet,
  privateGattProxyGet,
  privateGattProxySet,
  privateNodeIdentityGet,
  privateNodeIdentitySet,
} from "../../host/simulator/phone/mesh/private-messages.js";
import { encodeSolicitation } from "../../host/simulator/phone/mesh/solicitation.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat, toHex } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { ANDROID_KOTLIN } from "../support/phone-apps.js";
import { PHONE_ADDRESS, PhoneScene } from "../support/phone-scene.js";
import { PROVISIONING_DATA } from "../support/world.js";

const { netKeyIndex } = PROVISIONING_DATA;
/** By then the identity that follows a provisioning is no longer shown. */
const IDENTITY_OVER_MS = 61_000;

/** A node whose proxy is off, with a phone that is still connected. */
class Hidden extends PhoneScene {
  constructor() {
    super(ANDROID_KOTLIN);
    this.arrive();
    this.ask(gattProxySet(0));
  }

  tell(message: Uint8Array): ConfigStatus {
    return this.ask(message).status;
  }

  /** The phone goes, and so has the time of the public identity. */
  withdraw(): this {
    this.leave();
    this.pass(IDENTITY_OVER_MS);
    return this;
  }

  /** What is advertised in so many milliseconds: kind and address, each once. */
  shown(ms: number): readonly string[] {
    this.phone.seen.length = 0;
    this.pass(ms);
    return [...new Set(this.phone.seen.map(({ mesh, address }) => `${mesh?.kind} ${toHex(address)}`))];
  }

  kinds(ms: number): readonly string[] {
    return [...new Set(this.shown(ms).map((line) => line.split(" ")[0] ?? ""))];
  }
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("as it comes, a node has nothing private about it", () => {
    const scene = new PhoneScene(ANDROID_KOTLIN).arrive();
    equal(scene.ask(privateBeaconGet()).status, { name: "privateBeacon", state: 0, updateSteps: 60 });
    equal(scene.ask(privateGattProxyGet()).status, { name: "privateGattProxy", state: 0 });
    equal(scene.ask(privateNodeIdentityGet(netKeyIndex)).status, {
      name: "privateNodeIdentity",
      status: 0,
      netKeyIndex,
      identity: 0,
    });
    equal(scene.ask(onDemandPrivateProxyGet()).status, { name: "onDemandPrivateProxy", seconds: 0 });
  });

  test("with both proxies off it is not seen at all", () => {
    equal(new Hidden().withdraw().shown(5000), []);
  });

  test("a private proxy shows what only its network can tell, and tells private beacons", () => {
    const scene = new Hidden();
    equal(scene.tell(privateGattProxySet(1)), { name: "privateGattProxy", state: 1 });
    scene.withdraw();
    const identity = toHex(scene.node.radio.identity);
    const shown = scene.shown(5000);
    equal(shown.length, 1);
    ok(shown[0]?.startsWith("privateNetworkIdentity "), shown[0]);
    equal(shown[0]?.endsWith(identity), false, "not with its own address");
    // New ones after ten minutes.
    scene.pass(600_000);
    const later = scene.shown(5000);
    equal(later.length, 1);
    ok(later[0] !== shown[0], "another address");

    scene.client.peer.log.clear();
    scene.join(scene.findNetwork().address);
    scene.pass(500);
    equal(scene.client.peer.beacons, []);
    const [beacon] = scene.client.peer.log.privateBeacons;
    equal([beacon?.ivIndex, beacon?.flags], [PROVISIONING_DATA.ivIndex, 0]);
  });

  test("the private proxy does not come beside the public one", () => {
    const scene = new PhoneScene(ANDROID_KOTLIN).arrive();
    equal(scene.ask(privateGattProxySet(1)).status, { name: "privateGattProxy", state: 0 });
    scene.leave();
    scene.pass(IDENTITY_OVER_MS);
    equal(scene.hears("network", 3000), true);
    equal(scene.phone.seen.at(-1)?.mesh?.kind, "networkId");
  });

  test("a private identity is shown for a minute, and only the node's own network knows whose it is", () => {
    const scene = new Hidden();
    scene.pass(IDENTITY_OVER_MS);
    const status = scene.tell(privateNodeIdentitySet(netKeyIndex, 1));
    equal(status, { name: "privateNodeIdentity", status: 0, netKeyIndex, identity: 1 });
    scene.leave();
    equal(scene.kinds(3000), ["privateNodeIdentity"]);
    ok(scene.hears("node", 3000));
    scene.pass(60_000);
    equal(scene.shown(3000), []);
  });

  test("on demand: whoever solicits with the network's key, and each solicitation once [T-B13, T-C3]", () => {
    const scene = new Hidden();
    equal(scene.tell(onDemandPrivateProxySet(10)), { name: "onDemandPrivateProxy", seconds: 10 });
    scene.withdraw();
    equal(scene.shown(5000), []);
    const { clock, medium } = scene.world;
    const radio = new SimulatedRadio({ medium, name: "solicitor", clock, random: new SeededRandom(5) });
    radio.open({ received: () => {}, transmitted: () => {} });
    const solicit = (sequence: number, damage = 0): void => {
      const data = encodeSolicitation(scene.netKey, PHONE_ADDRESS, sequence);
      data[data.length - 1] = (data.at(-1) ?? 0) ^ damage;
      radio.transmit(data, "private");
    };
    solicit(1, 0xff);
    equal(scene.shown(3000), [], "not authentic");
    for (const size of [0, 1, 17, 18, 23]) {
      // Longer or shorter than a Solicitation PDU, in service data of the right service.
      radio.transmit(
        concat(new Uint8Array([0x03, 0x03, 0x59, 0x18, size + 3, 0x16, 0x59, 0x18]), new Uint8Array(size)),
        "private",
      );
      equal(scene.shown(1000), [], `${size} octets`);
    }
    solicit(1);
    equal(scene.kinds(3000), ["privateNetworkIdentity"]);
    scene.pass(10_000);
    equal(scene.shown(3000), [], "ten seconds are over");
    solicit(1);
    equal(scene.shown(3000), [], "replayed");
    solicit(2);
    scene.join(scene.findNetwork(3000).address);
    scene.pass(500);
    ok(scene.client.peer.log.privateBeacons.length > 0);
    equal(scene.tell(onDemandPrivateProxyGet()), { name: "onDemandPrivateProxy", seconds: 10 });
  });
};
