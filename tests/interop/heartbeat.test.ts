/** Heartbeats between bluetooth-meshd and our lamp. MshPRT 3.6.7. */

import { deepEqual, equal } from "node:assert/strict";
import { untilCounted } from "./bluez/config-client.js";
import { Status } from "./bluez/config-message.js";
import { ownAddress } from "./bluez/provisioner.js";
import { testLamp } from "./lamp.js";
import { nextPdu } from "./network-log.js";

testLamp("heartbeats of the lamp are counted by the daemon", async ({ lamp, provisioner, air, keys }) => {
  const { config, address } = lamp;
  const subscription = { source: address, destination: ownAddress, periodLog: 6 };
  equal((await provisioner.own.setHeartbeatSubscription(subscription)).status, Status.Success);
  await config.setRelay({ state: 1, retransmit: 0 });
  const order = { destination: ownAddress, countLog: 2, periodLog: 1, ttl: 5, features: 1, netKeyIndex: 0 };
  equal(await config.setHeartbeatPublication({ ...order, netKeyIndex: 9 }), Status.InvalidNetKeyIndex);
  // Each of them leaves several times.
  let latest = 0;
  const beat = () =>
    nextPdu(air, keys, ({ isControl, ttl, sequence }) => isControl && ttl === 5 && sequence > latest);
  const first = beat();
  equal(await config.setHeartbeatPublication(order), Status.Success);
  const { transport, source, destination, sequence } = await first;
  deepEqual([[...transport], source, destination], [[0x0a, 5, 0x00, 0x01], address, ownAddress]);
  latest = sequence;
  latest = (await beat()).sequence;
  deepEqual(await config.heartbeatPublication(), { ...order, countLog: 0 });

  const off = beat();
  await config.setRelay({ state: 0, retransmit: 0 });
  deepEqual([...(await off).transport], [0x0a, 5, 0x00, 0x00], "a feature that changes has its own");
  const heard = await untilCounted(provisioner.own, 2);
  deepEqual([heard.countLog, heard.minHops, heard.maxHops], [2, 1, 1]);
});

testLamp("heartbeats of the daemon are counted by the lamp", async ({ lamp, provisioner, air, keys }) => {
  const { config, address } = lamp;
  const subscription = { source: ownAddress, destination: address, periodLog: 6 };
  const { status, countLog, minHops, maxHops } = await config.setHeartbeatSubscription(subscription);
  deepEqual([status, countLog, minHops, maxHops], [Status.Success, 0, 0x7f, 0x00]);
  const order = { destination: address, countLog: 2, periodLog: 1, ttl: 9, features: 0, netKeyIndex: 0 };
  const isBeat = ({ isControl, ttl }: { isControl: boolean; ttl: number }) => isControl && ttl === 9;
  const first = nextPdu(air, keys, isBeat);
  equal(await provisioner.own.setHeartbeatPublication(order), Status.Success);
  const { sequence } = await first;
  await nextPdu(air, keys, (pdu) => isBeat(pdu) && pdu.sequence !== sequence);
  const heard = await untilCounted(config, 2);
  deepEqual([heard.source, heard.destination], [ownAddress, address]);
  deepEqual([heard.countLog, heard.minHops, heard.maxHops], [2, 1, 1]);
});
