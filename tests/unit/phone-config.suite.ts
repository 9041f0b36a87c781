/** The mesh peer's configuration and OnOff messages, field by field. MshPRT 4.3.2, MshMDL 3.2.1. */

import * as config from "../../host/simulator/phone/mesh/config-messages.js";
import { type ConfigStatus, decodeStatus } from "../../host/simulator/phone/mesh/config-status.js";
import {
  decodeOnOffStatus,
  onOffGet,
  onOffSet,
  onOffSetUnacknowledged,
  onOffStatus,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { toHex } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";

const KEY = hex("63964771734fbd76e3b40519d1d94a48");
const KEY_TEXT = toHex(KEY);
const VENDOR = { company: 0x003f, model: 0x002a };

/** Messages as they must be on the air: opcode, then least significant octets first. */
const MESSAGES: readonly (readonly [message: Uint8Array, onAir: string])[] = [
  [config.appKeyUpdate(0x456, 0x123, KEY), `01563412${KEY_TEXT}`],
  [config.appKeyDelete(0x456, 0x123), "8000563412"],
  [config.appKeyGet(0x456), "80015604"],
  [config.netKeyAdd(0x456, KEY), `80405604${KEY_TEXT}`],
  [config.netKeyUpdate(0x456, KEY), `80455604${KEY_TEXT}`],
  [config.netKeyDelete(0x456), "80415604"],
  [config.netKeyGet(), "8042"],
  [config.compositionDataGet(0xff), "8008ff"],
  [config.beaconGet(), "8009"],
  [config.beaconSet(1), "800a01"],
  [config.defaultTtlGet(), "800c"],
  [config.defaultTtlSet(7), "800d07"],
  [config.friendGet(), "800f"],
  [config.friendSet(1), "801001"],
  [config.gattProxyGet(), "8012"],
  [config.gattProxySet(0), "801300"],
  [config.keyRefreshPhaseGet(0x456), "80155604"],
  [config.keyRefreshPhaseSet(0x456, 2), "8016560402"],
  [config.publicationGet(0x1201, 0x1000), "801801120010"],
  [
    config.publicationSet(0x1201, VENDOR, {
      address: 0xc123,
      appKeyIndex: 0x123,
      credentialFlag: 1,
      ttl: 5,
      period: 0x41,
      retransmit: 0x12,
    }),
    "03011223c123110541123f002a00",
  ],
  [config.publicationSet(0x1201, 0x1000, { address: KEY }), `801a0112${KEY_TEXT}0000ff00000010`],
  [config.subscriptionAdd(0x1201, 0x1000, 0xc123), "801b011223c10010"],
  [config.subscriptionAdd(0x1201, VENDOR, KEY), `80200112${KEY_TEXT}3f002a00`],
  [config.subscriptionDelete(0x1201, 0x1000, 0xc123), "801c011223c10010"],
  [config.subscriptionDelete(0x1201, 0x1000, KEY), `80210112${KEY_TEXT}0010`],
  [config.subscriptionOverwrite(0x1201, 0x1000, 0xc123), "801e011223c10010"],
  [config.subscriptionOverwrite(0x1201, 0x1000, KEY), `80220112${KEY_TEXT}0010`],
  [config.subscriptionDeleteAll(0x1201, VENDOR), "801d01123f002a00"],
  [config.subscriptionGet(0x1201, 0x1000), "802901120010"],
  [config.subscriptionGet(0x1201, VENDOR), "802b01123f002a00"],
  [config.networkTransmitGet(), "8023"],
  [config.networkTransmitSet(config.transmitOctet(2, 1)), "80240a"],
  [config.relayGet(), "8026"],
  [config.relaySet(1, 0x0a), "8027010a"],
  [config.lowPowerNodePollTimeoutGet(0x1201), "802d0112"],
  [config.heartbeatPublicationGet(), "8038"],
  [
    config.heartbeatPublicationSet({
      destination: 0xc123,
      countLog: 0xff,
      periodLog: 3,
      ttl: 7,
      features: 5,
      netKeyIndex: 0x456,
    }),
    "803923c1ff030705005604",
  ],
  [config.heartbeatSubscriptionGet(), "803a"],
  [config.heartbeatSubscriptionSet(0x0003, 0x1201, 5), "803b0300011205"],
  [config.modelAppUnbind(0x1201, 0x123, VENDOR), "803f011223013f002a00"],
  [config.modelAppGet(0x1201, 0x1000), "804b01120010"],
  [config.modelAppGet(0x1201, VENDOR), "804d01123f002a00"],
  [config.nodeIdentityGet(0x456), "80465604"],
  [config.nodeIdentitySet(0x456, 1), "8047560401"],
  [config.nodeReset(), "8049"],
  [onOffGet(), "8201"],
  [onOffSet(1, 9), "82020109"],
  [onOffSet(1, 9, { transition: 0x41, delay: 2 }), "820201094102"],
  [onOffSetUnacknowledged(0, 10), "8203000a"],
  [onOffStatus({ present: 0, target: 1, remaining: 0x42 }), "8204000142"],
];

const ELEMENT = 0x1201;

/** Statuses as they come from the air. */
const STATUSES: readonly (readonly [onAir: string, status: ConfigStatus])[] = [
  ["8002005604231145", { name: "appKeyList", status: 0, netKeyIndex: 0x456, appKeyIndexes: [0x123, 0x451] }],
  [
    "80020056040120000304",
    { name: "appKeyList", status: 0, netKeyIndex: 0x456, appKeyIndexes: [1, 2, 0x403] },
  ],
  ["8043012000034000", { name: "netKeyList", netKeyIndexes: [1, 2, 3, 4] }],
  ["80440c5604", { name: "netKey", status: 0x0c, netKeyIndex: 0x456 }],
  ["800b01", { name: "beacon", state: 1 }],
  ["800e05", { name: "defaultTtl", ttl: 5 }],
  ["801102", { name: "friend", state: 2 }],
  ["801400", { name: "gattProxy", state: 0 }],
  ["801700560402", { name: "keyRefreshPhase", status: 0, netKeyIndex: 0x456, phase: 2 }],
  [
    "801900011223c123110541120010",
    {
      name: "publication",
      status: 0,
      element: ELEMENT,
      address: 0xc123,
      appKeyIndex: 0x123,
      credentialFlag: 1,
      ttl: 5,
      period: 0x41,
      retransmit: 0x12,
      model: 0x1000,
    },
  ],
  [
    "801f00011223c13f002a00",
    { name: "subscription", status: 0, element: ELEMENT, address: 0xc123, model: VENDOR },
  ],
  [
    "802a000112001023c129b5",
    { name: "sigSubscriptionList", status: 0, element: ELEMENT, model: 0x1000, addresses: [0xc123, 0xb529] },
  ],
  [
    "802c0201123f002a00",
    { name: "vendorSubscriptionList", status: 2, element: ELEMENT, model: VENDOR, addresses: [] },
  ],
  ["80250a", { name: "networkTransmit", transmit: 0x0a }],
  ["8028020a", { name: "relay", relay: 2, retransmit: 0x0a }],
  ["802e0112ffbb34", { name: "lowPowerNodePollTimeout", address: 0x1201, pollTimeout: 0x34bbff }],
  [
    "060023c1ff030705005604",
    {
      name: "heartbeatPublication",
      status: 0,
      destination: 0xc123,
      countLog: 0xff,
      periodLog: 3,
      ttl: 7,
      features: 5,
      netKeyIndex: 0x456,
    },
  ],
  [
    "803c000300011205040201",
    {
      name: "heartbeatSubscription",
      status: 0,
      source: 0x0003,
      destination: 0x1201,
      periodLog: 5,
      countLog: 4,
      minHops: 2,
      maxHops: 1,
    },
  ],
  [
    "803e00011223010010",
    { name: "modelApp", status: 0, element: ELEMENT, appKeyIndex: 0x123, model: 0x1000 },
  ],
  [
    "804c00011200102301",
    { name: "sigModelAppList", status: 0, element: ELEMENT, model: 0x1000, appKeyIndexes: [0x123] },
  ],
  [
    "804e0001123f002a00012000",
    { name: "vendorModelAppList", status: 0, element: ELEMENT, model: VENDOR, appKeyIndexes: [1, 2] },
  ],
  ["804800560402", { name: "nodeIdentity", status: 0, netKeyIndex: 0x456, identity: 2 }],
  ["804a", { name: "nodeReset" }],
];

export const suite: Suite = ({ test, equal, throws }) => {
  test("every configuration and OnOff message has its octets", () => {
    for (const [message, onAir] of MESSAGES) equal(toHex(message), onAir);
  });

  test("every configuration status is read", () => {
    for (const [onAir, status] of STATUSES) equal(decodeStatus(hex(onAir)), status, onAir);
  });

  test("an OnOff status is read with and without its transition", () => {
    equal(decodeOnOffStatus(hex("820401")), { present: 1 });
    equal(decodeOnOffStatus(hex("8204000142")), { present: 0, target: 1, remaining: 0x42 });
    throws(() => decodeOnOffStatus(hex("82040001")));
    throws(() => decodeOnOffStatus(hex("820301")));
  });
};
