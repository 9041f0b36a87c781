/** A lamp that follows its network from one IV Index to the next, and is heard all the way. MshPRT 3.11.5, 3.11.6. */

import { beaconSet } from "../../host/simulator/phone/mesh/config-messages.js";
import type { Suite } from "../support/harness.js";
import { Home, type Member } from "../support/home.js";
import { writeStored } from "../support/stored-record.js";

const HOUR_MS = 3_600_000;

/** A lamp that sends no beacons, so that days pass quickly. */
function createHome(): { home: Home; lamp: Member } {
  const home = new Home({ ivIndex: 10 });
  const lamp = home.add("lamp");
  home.equip(lamp);
  home.mustSucceed(lamp.config.ask(beaconSet(0)));
  home.pass(6000);
  return { home, lamp };
}

/** What has become of its IV Index in this life. */
function told({ node }: Member): readonly string[] {
  return node.trace.eventsOf("beacon");
}

/** The network is there from now on, and says so. */
function tell(home: Home, ivIndex: number, updating: boolean): void {
  home.peer.setIvIndex(ivIndex, updating);
  home.peer.sendBeacon();
  home.pass(2000);
}

export const suite: Suite = ({ test, equal }) => {
  test("through a whole update, with a restart in each state, it is heard and hears [IVU/BV-01]", () => {
    const { home, lamp } = createHome();
    home.pass(96 * HOUR_MS);
    equal(home.switch(lamp.address, true), { present: 1 });
    tell(home, 11, true);
    equal(told(lamp), ["ivUpdateInProgress"]);
    equal(home.switch(lamp.address, false), { present: 0 });
    const updating = home.restart(lamp);
    equal(home.switch(lamp.address, true), { present: 1 });

    // Some are faster: they send with 11 already, and the lamp with 10.
    home.peer.setIvIndex(11, false);
    equal(home.switch(lamp.address, false), { present: 0 });
    home.pass(96 * HOUR_MS);
    equal(told(updating), ["ivNormal"]);
    equal(home.switch(lamp.address, true), { present: 1 });
    const after = home.restart(updating);
    equal(home.switch(lamp.address, false), { present: 0 });
    equal(told(after), []);
    equal(home.peer.log.reusedSequenceNumbers(), []);
  });

  test("an update that it has missed is made up for by the first beacon [IVU/BV-03]", () => {
    const { home, lamp } = createHome();
    home.peer.setIvIndex(12, false);
    equal(home.switch(lamp.address, true, 3000), undefined);
    tell(home, 12, false);
    equal(told(lamp), ["ivRecovered"]);
    equal(home.switch(lamp.address, true), { present: 1 });

    home.peer.setIvIndex(30, true);
    const back = home.restart(lamp);
    equal(home.switch(lamp.address, false, 3000), undefined);
    tell(home, 30, true);
    equal(told(back), ["ivRecovered"]);
    equal(home.switch(lamp.address, false), { present: 0 });
    equal(home.peer.log.reusedSequenceNumbers(), []);
  });

  test("a lamp whose numbers run low starts an update and tells it, although it sends no other beacons", () => {
    const { home, lamp } = createHome();
    const other = home.add("other", { address: 0x0300, deviceKey: new Uint8Array(16).fill(3) });
    home.equip(other);
    home.mustSucceed(other.config.ask(beaconSet(0)));
    home.pass(96 * HOUR_MS);
    home.world.switchOff(lamp.node);
    // The next number is 800000.
    writeStored(lamp.node.storage, "seq", new Uint8Array([1, 0, 0, 0, 10, 0x80, 0, 0]));
    const again = home.restart(lamp);
    home.peer.log.clear();
    equal(home.switch(lamp.address, true), { present: 1 });
    home.pass(2000);
    equal([told(again), told(other)], [["ivUpdateInProgress"], ["ivUpdateInProgress"]]);
    const [beacon] = home.peer.beacons.filter(({ flags }) => flags === 2);
    equal(beacon?.ivIndex, 11);
    home.pass(96 * HOUR_MS);
    home.peer.log.clear();
    home.peer.setIvIndex(11, false);
    for (const { address } of [lamp, other]) equal(home.switch(address, false), { present: 0 });
    home.pass(60_000);
    equal(home.peer.beacons, []);
    equal(home.peer.log.reusedSequenceNumbers(), []);
  });
};
