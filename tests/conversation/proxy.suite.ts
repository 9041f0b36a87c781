/** A network through a proxy: phones reach nodes that have no GATT, and hear what their filters let through. */

import { SimulatedCentral } from "../../host/simulator/gatt-central.js";
import { GattPhone } from "../../host/simulator/phone/gatt/gatt-phone.js";
import { FilterType, ProxyClient } from "../../host/simulator/phone/gatt/proxy-client.js";
import { ConfigClient } from "../../host/simulator/phone/mesh/config-client.js";
import {
  appKeyAdd,
  gattProxySet,
  modelAppBind,
  publicationSet,
  subscriptionAdd,
} from "../../host/simulator/phone/mesh/config-messages.js";
import {
  GENERIC_ON_OFF_CLIENT,
  GENERIC_ON_OFF_SERVER,
  OnOffOpcode,
  onOffSetUnacknowledged,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { GenericOnOffClient } from "../../modules/models/generic-on-off-client.js";
import { GenericOnOffServer } from "../../modules/models/generic-on-off-server.js";
import type { Suite } from "../support/harness.js";
import { SILABS } from "../support/phone-apps.js";
import { APP_KEY, APP_KEY_INDEX, PHONE_ADDRESS, PhoneScene } from "../support/phone-scene.js";
import { hex } from "../support/provisionee-bench.js";
import { type NodeUnderTest, PROVISIONING_DATA } from "../support/world.js";

const LAMP_UUID = hex("00112233445566778899aabbccddeeff");
const LAMP_ADDRESS = 0x0c0c;
const GROUP = 0xc001;
const { netKey, netKeyIndex, ivIndex } = PROVISIONING_DATA;

/** A phone on a proxy, and behind it a lamp with a button, which has joined over PB-ADV. */
class House extends PhoneScene {
  readonly lamp: NodeUnderTest;
  readonly button = new GenericOnOffClient();
  readonly lampLights: boolean[] = [];
  readonly lampConfig: ConfigClient;

  constructor() {
    super(SILABS);
    const onOff = new GenericOnOffServer((isOn) => this.lampLights.push(isOn));
    this.arrive();
    this.equip();
    this.lamp = this.world.addNode({
      name: "lamp",
      deviceUuid: LAMP_UUID,
      elements: [{ location: 0x0100, models: [onOff, this.button] }],
    });
    const other = this.world.addPhone("other");
    other.provision({ data: { ...PROVISIONING_DATA, unicastAddress: LAMP_ADDRESS } }, LAMP_UUID);
    this.until(() => other.results.length > 0, 30_000, "the lamp");
    const deviceKey = other.results[0]?.deviceKey ?? new Uint8Array(16);
    this.client.peer.addDevice(LAMP_ADDRESS, deviceKey);
    this.lampConfig = new ConfigClient(this.client.peer, LAMP_ADDRESS, (ms) => this.pass(ms));
  }

  /** Through the proxy: the AppKey, bindings, a subscription and a publication to the group. */
  furnish(): this {
    for (const message of [
      appKeyAdd(netKeyIndex, APP_KEY_INDEX, APP_KEY),
      modelAppBind(LAMP_ADDRESS, APP_KEY_INDEX, GENERIC_ON_OFF_SERVER),
      modelAppBind(LAMP_ADDRESS, APP_KEY_INDEX, GENERIC_ON_OFF_CLIENT),
      subscriptionAdd(LAMP_ADDRESS, GENERIC_ON_OFF_SERVER, GROUP),
      publicationSet(LAMP_ADDRESS, GENERIC_ON_OFF_CLIENT, { address: GROUP, appKeyIndex: APP_KEY_INDEX }),
    ]) {
      const status = this.lampConfig.ask(message);
      if (!("status" in status) || status.status !== 0) throw new Error(JSON.stringify(status));
    }
    return this;
  }

  /** How often what the button published to the group has come to the client since the last time. */
  published(client: ProxyClient = this.client): number {
    this.pass(1000);
    const came = client.peer.received.filter(({ dst }) => dst === GROUP).length;
    client.peer.log.received.length = 0;
    return came;
  }

  /** Another phone with an address of its own, on the same proxy. */
  addClient(address: number): { readonly phone: GattPhone; readonly client: ProxyClient } {
    const { clock, medium } = this.world;
    const central = new SimulatedCentral(medium, `phone ${address}`);
    const phone = new GattPhone({ central, clock, random: new SeededRandom(address) });
    const client = new ProxyClient({ clock, address });
    client.peer.addNetwork({ netKey, netKeyIndex, ivIndex });
    client.peer.addAppKey(netKeyIndex, APP_KEY_INDEX, APP_KEY);
    this.until(() => phone.proxy(this.netKey) !== undefined, 5000, "the network");
    phone.join(phone.proxy(this.netKey)?.address ?? new Uint8Array(6), client);
    this.until(() => client.isOpen, 5000, "the proxy");
    return { phone, client };
  }
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("a lamp without GATT is configured and switched through the proxy, and its answers come back", () => {
    const house = new House().furnish();
    equal(house.lampConfig.composition().elements.length, 1);
    equal(house.switch(true, LAMP_ADDRESS), { present: 1 });
    equal(house.lampLights.at(-1), true);
    const message = onOffSetUnacknowledged(0, 99);
    house.client.peer.send({ dst: GROUP, key: { app: APP_KEY_INDEX }, message });
    house.pass(1000);
    equal(house.lampLights.at(-1), false);
  });

  test("what is published to a group comes to the phone once it is on its list, and not after it is off", () => {
    const house = new House().furnish();
    const { client } = house;
    house.button.set(true);
    equal(house.published(), 0, "an accept list with nothing but the phone's address");
    client.addAddresses([GROUP]);
    house.pass(500);
    house.button.set(false);
    equal(house.published(), 1);
    client.removeAddresses([GROUP]);
    house.pass(500);
    house.button.set(true);
    equal(house.published(), 0);
    client.setFilterType(FilterType.Reject);
    house.pass(500);
    house.button.set(false);
    equal(house.published(), 1, "an empty reject list lets everything through");
    client.addAddresses([GROUP]);
    house.pass(500);
    house.button.set(true);
    equal(house.published(), 0);
    equal(
      client.statuses.map(({ filterType, listSize }) => [filterType, listSize]),
      [
        [0, 2],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
    );
  });

  test("two phones have a filter each, and what one sends the other hears by its own", () => {
    const house = new House().furnish();
    const { client: second } = house.addClient(0x0002);
    second.setFilterType(FilterType.Accept);
    second.addAddresses([GROUP]);
    house.pass(500);
    house.button.set(true);
    equal([house.published(house.client), house.published(second)], [0, 1]);
    const message = onOffSetUnacknowledged(0, 7);
    house.client.peer.send({ dst: GROUP, key: { app: APP_KEY_INDEX }, message });
    house.pass(1000);
    equal(second.peer.take(OnOffOpcode.SetUnacknowledged)?.src, PHONE_ADDRESS);
    equal(house.client.peer.take(OnOffOpcode.SetUnacknowledged), undefined, "not its own");
    house.leave();
    house.button.set(false);
    equal(house.published(second), 1, "the other one has gone, and nothing has changed");
  });

  test("a filter lasts as long as its connection", () => {
    const house = new House().furnish();
    house.client.addAddresses([GROUP]);
    house.pass(500);
    house.leave();
    house.join(house.findNetwork().address);
    house.pass(500);
    house.button.set(true);
    equal(house.published(), 0);
  });

  test("with the proxy off the phone still configures its node, and nothing goes further", () => {
    const house = new House().furnish();
    const { status } = house.ask(gattProxySet(0));
    equal(status.name === "gattProxy" && status.state, 0);
    equal(house.switch(true), { present: 1 });
    equal(house.switch(true, LAMP_ADDRESS), undefined);
    house.ask(gattProxySet(1));
    equal(house.switch(true, LAMP_ADDRESS), { present: 1 });
    ok(house.client.isOpen);
  });
};
