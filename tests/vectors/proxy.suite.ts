/** What a proxy advertises and hears, against the published samples: MshPRT 8.4.6, 8.6, 8.9, 8.15. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { encodeServiceAdvertisement } from "../../modules/bearer/service-advertisement.js";
import { getUint16BE, getUint24BE, getUint32BE, toHex } from "../../modules/bytes.js";
import { k2 } from "../../modules/crypto/toolbox.js";
import { NetworkCipher, NonceType } from "../../modules/network/network-cipher.js";
import { writeHeader } from "../../modules/network/network-pdu.js";
import {
  decodeMeshPrivateBeacon,
  encodeMeshPrivateBeacon,
} from "../../modules/network/private-beacon-pdu.js";
import { decodeProxyRequest } from "../../modules/network/proxy-configuration-pdu.js";
import {
  encodeNetworkId,
  encodeNodeIdentity,
  encodePrivateNetworkIdentity,
  encodePrivateNodeIdentity,
} from "../../modules/network/service-data.js";
import { NetworkKey } from "../../modules/network/subnet.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import beacons from "./beacons.json" with { type: "json" };
import proxy from "./proxy.json" with { type: "json" };

const crypto = () => createNobleCrypto(new FakeClock());
const keyOf = (inputs: Fields): NetworkKey => new NetworkKey(crypto(), octetsOf(inputs, "NetKey"));
const cipherOf = (inputs: Fields): NetworkCipher =>
  new NetworkCipher(crypto(), k2(crypto(), octetsOf(inputs, "NetKey"), new Uint8Array([0])));

/** By the type of the sample: the service data. */
const SERVICE_DATA: Readonly<Record<string, (inputs: Fields) => Uint8Array>> = {
  proxyNetworkId: (inputs) => encodeNetworkId(keyOf(inputs)),
  proxyNodeIdentity: (inputs) =>
    encodeNodeIdentity(
      keyOf(inputs),
      octetsOf(inputs, "Random"),
      getUint16BE(octetsOf(inputs, "Address"), 0),
    ),
  proxyPrivateNetworkIdentity: (inputs) =>
    encodePrivateNetworkIdentity(keyOf(inputs), octetsOf(inputs, "Random")),
  proxyPrivateNodeIdentity: (inputs) =>
    encodePrivateNodeIdentity(
      keyOf(inputs),
      octetsOf(inputs, "Random"),
      getUint16BE(octetsOf(inputs, "Address"), 0),
    ),
};

/** A PDU of a sample in clear, with room for its NetMIC. */
function clearOf(inputs: Fields, transportPdu: Uint8Array): Uint8Array {
  const pdu = new Uint8Array(9 + transportPdu.length + 8);
  writeHeader(pdu, {
    ctl: true,
    ttl: 0,
    seq: getUint24BE(octetsOf(inputs, "SEQ"), 0),
    src: getUint16BE(octetsOf(inputs, "SRC"), 0),
    dst: getUint16BE(octetsOf(inputs, "DST"), 0),
  });
  pdu.set(transportPdu, 9);
  return pdu;
}

export const suite: Suite = ({ test, equal }) => {
  const advertised = beacons.vectors.filter(({ type }) => type in SERVICE_DATA);

  test("there are four samples of service data", () => equal(advertised.length, 4));

  for (const { name, type, inputs, outputs } of advertised) {
    test(name, () => {
      const serviceData = SERVICE_DATA[type]?.(inputs) ?? new Uint8Array(0);
      const advertisement = toHex(encodeServiceAdvertisement(0x1828, serviceData));
      equal(advertisement, `02010603032818${toHex(octetsOf(outputs, "ADVData"))}`);
      equal(advertisement.length <= 62, true);
    });
  }

  for (const { name, type, inputs, outputs } of beacons.vectors) {
    if (type !== "privateBeacon") continue;
    test(name, () => {
      const key = keyOf(inputs).privateBeaconKey;
      const fields = {
        keyRefresh: "KeyRefreshFlag" in inputs && inputs.KeyRefreshFlag === 1,
        ivUpdate: "IVUpdateFlag" in inputs && inputs.IVUpdateFlag === 1,
        ivIndex: getUint32BE(octetsOf(inputs, "IVIndex"), 0),
      };
      const beacon = new Uint8Array(27);
      equal(encodeMeshPrivateBeacon(fields, octetsOf(inputs, "Random"), key, beacon), 27);
      equal(`1c2b${toHex(beacon)}`, toHex(octetsOf(outputs, "ADStructure")));
      equal(decodeMeshPrivateBeacon(beacon, key), fields);
      beacon[26] = (beacon[26] ?? 0) ^ 1;
      equal(decodeMeshPrivateBeacon(beacon, key), undefined);
    });
  }

  const configuration = proxy.vectors.filter(({ type }) => type === "proxyConfiguration");

  test("there are three samples of proxy configuration", () => equal(configuration.length, 3));

  for (const { name, inputs, outputs } of configuration) {
    test(name, () => {
      const transportPdu = octetsOf(inputs, "TransportPDU");
      const ivIndex = getUint32BE(octetsOf(inputs, "IVIndex"), 0);
      const cipher = cipherOf(inputs);
      const pdu = clearOf(inputs, transportPdu);
      cipher.seal(pdu, ivIndex, NonceType.Proxy);
      equal(pdu, octetsOf(outputs, "ProxyMessage"));
      const clear = new Uint8Array(29);
      cipher.deobfuscate(pdu, ivIndex, clear);
      equal(cipher.open(pdu, ivIndex, clear), false, "not as a network PDU");
      cipher.deobfuscate(pdu, ivIndex, clear);
      equal(cipher.open(pdu, ivIndex, clear, NonceType.Proxy), true);
      equal(clear.slice(9, 9 + transportPdu.length), transportPdu);
      const isFilter = transportPdu[0] === 0;
      const request = isFilter ? { opcode: 0, filterType: 0 } : "reservedOpcode";
      equal(decodeProxyRequest(transportPdu), request, "directed forwarding is not for this node");
    });
  }

  test("Proxy solicitation PDU (1.1)", () => {
    const sample = beacons.vectors.find(({ type }) => type === "solicitationPdu");
    const [inputs, outputs] = [sample?.inputs ?? {}, sample?.outputs ?? {}];
    const cipher = cipherOf(inputs);
    const pdu = clearOf(inputs, new Uint8Array(0));
    cipher.seal(pdu, 0, NonceType.ProxySolicitation);
    equal(`00${toHex(pdu)}`, toHex(octetsOf(outputs, "ServiceData")));
    const clear = new Uint8Array(29);
    cipher.deobfuscate(pdu, 0, clear);
    equal(cipher.open(pdu, 0, clear, NonceType.ProxySolicitation), true);
    equal(cipher.open(pdu, 0, clear), false, "a network PDU has a TransportPDU");
  });
};
