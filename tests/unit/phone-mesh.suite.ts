/** The mesh peer's PDUs against the specification's sample data. MshPRT 8.2, 8.3, 8.4, 8.10, 8.12, 8.16. */

import {
  decodeSecureNetworkBeacon,
  encodeSecureNetworkBeacon,
  isAuthentic,
} from "../../host/simulator/phone/mesh/beacon.js";
import { decodeComposition } from "../../host/simulator/phone/mesh/composition.js";
import { appKeyAdd, modelAppBind } from "../../host/simulator/phone/mesh/config-messages.js";
import { decodeStatus } from "../../host/simulator/phone/mesh/config-status.js";
import { k2, k4, netKeyMaterial, virtualAddress } from "../../host/simulator/phone/mesh/keys.js";
import { MeshPeer } from "../../host/simulator/phone/mesh/mesh-peer.js";
import { decodeNetworkPdu, encodeNetworkPdu } from "../../host/simulator/phone/mesh/network.js";
import { accessMessage, splitOpcode, vendorOpcode } from "../../host/simulator/phone/mesh/opcode.js";
import {
  decodeAcknowledgment,
  decodeHeartbeat,
  decodeTransportPdu,
  decryptAccess,
  encodeAcknowledgment,
  encodeHeartbeat,
} from "../../host/simulator/phone/mesh/transport.js";
import { toHex } from "../../modules/bytes.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { hex } from "../support/provisionee-bench.js";
import { type Fields, octetsOf, optionalOctetsOf } from "../support/vectors.js";
import beacons from "../vectors/beacons.json" with { type: "json" };
import foundation from "../vectors/foundation.json" with { type: "json" };
import network from "../vectors/network.json" with { type: "json" };

interface Message extends Fields {
  readonly name: string;
  readonly section: string;
  readonly securityMaterial: string;
  readonly NetworkPDUs: readonly Fields[];
  readonly LowerTransportPDUs?: readonly Fields[];
  readonly UpperTransportAccessPDU?: Fields;
  readonly AccessMessage?: Fields;
  readonly TransportControlMessage?: Fields;
}

const messages: readonly Message[] = network.vectors;

function numberOf(fields: Fields, name: string): number {
  return Number.parseInt(toHex(octetsOf(fields, name)), 16);
}

/** Two key indexes are samples of three digits. */
function indexOf(fields: Fields, name: string): number {
  const text = fields[name];
  if (typeof text !== "string") throw new Error(`no ${name}`);
  return Number.parseInt(text, 16);
}

function networkFields(pdu: Fields) {
  return {
    ctl: numberOf(pdu, "CTL") === 1 ? 1 : 0,
    ttl: numberOf(pdu, "TTL"),
    seq: numberOf(pdu, "SEQ"),
    src: numberOf(pdu, "SRC"),
    dst: numberOf(pdu, "DST"),
    transportPdu: octetsOf(pdu, "TransportPDU"),
  } as const;
}

/** A radio that is never turned on. */
const silent = {
  open: () => {},
  setScanning: () => {},
  transmit: () => {},
  setConnectable: () => {},
  renewAddress: () => {},
};

/** A peer with the keys of a sample. */
function peerFor(message: Message): MeshPeer {
  const peer = new MeshPeer({ radio: silent, clock: new FakeClock(), address: 1 });
  const ivIndex = numberOf(message, "IVIndex");
  peer.addNetwork({ netKeyIndex: 0, netKey: octetsOf(message, "NetKey"), ivIndex });
  return peer;
}

/** How the first network PDU of a sample goes. */
function routeOf(message: Message) {
  const { seq, src, dst, ttl } = networkFields(message.NetworkPDUs[0] ?? {});
  return { seq, src, dst, ttl };
}

function ofPart<Part extends "AccessMessage" | "TransportControlMessage">(part: Part) {
  const found = messages.filter(
    (message) => message[part] !== undefined && message.securityMaterial === "managedFlooding",
  );
  if (found.length === 0) throw new Error(`there is no ${part}`);
  return found;
}

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("every sample has its credentials and network PDUs, read and built", () => {
    for (const message of messages) {
      const where = `${message.section} ${message.name}`;
      const ivIndex = numberOf(message, "IVIndex");
      const credentials = k2(octetsOf(message, "NetKey"), octetsOf(message, "P"));
      const { nid, encryptionKey, privacyKey } = credentials;
      equal(nid, numberOf(message, "NID"), where);
      equal(encryptionKey, octetsOf(message, "EncryptionKey"), where);
      equal(privacyKey, octetsOf(message, "PrivacyKey"), where);
      for (const pdu of message.NetworkPDUs) {
        const octets = octetsOf(pdu, "NetworkPDU");
        const fields = networkFields(pdu);
        equal(decodeNetworkPdu(credentials, ivIndex, octets), fields, where);
        equal(encodeNetworkPdu(credentials, ivIndex, fields), octets, where);
        equal(decodeNetworkPdu(credentials, ivIndex + 1, octets), undefined, where);
        octets[10] = (octets[10] ?? 0) ^ 1;
        equal(decodeNetworkPdu(credentials, ivIndex, octets), undefined, where);
      }
    }
  });

  test("a peer builds the network PDUs of every access sample", () => {
    for (const message of ofPart("AccessMessage")) {
      const { AccessMessage = {}, UpperTransportAccessPDU: upper = {}, LowerTransportPDUs = [] } = message;
      const peer = peerFor(message);
      const isApp = upper.keyType === "application";
      const route = routeOf(message);
      const device = isApp ? 0 : route.dst;
      if (isApp) peer.addAppKey(0, 7, octetsOf(upper, "key"));
      else peer.addDevice(device, octetsOf(upper, "key"));
      const label = optionalOctetsOf(upper, "LabelUUID");
      if (label !== undefined) equal(peer.addLabel(label), route.dst);
      const built = peer.prepare({
        ...route,
        key: isApp ? { app: 7 } : { device },
        message: octetsOf(AccessMessage, "AccessMessage"),
        micSize: octetsOf(upper, "TransMIC").length === 8 ? 8 : 4,
        segmented: numberOf(LowerTransportPDUs[0] ?? {}, "SEG") === 1,
      });
      equal(
        built,
        message.NetworkPDUs.map((pdu) => octetsOf(pdu, "NetworkPDU")),
        message.name,
      );
    }
  });

  test("a peer builds the network PDUs of every control sample", () => {
    for (const message of ofPart("TransportControlMessage")) {
      const { TransportControlMessage: control = {} } = message;
      const peer = peerFor(message);
      const parameters = octetsOf(control, "UpperTransportPDU");
      const built = peer.prepare({ ...routeOf(message), opcode: numberOf(control, "Opcode"), parameters });
      equal(
        built,
        message.NetworkPDUs.map((pdu) => octetsOf(pdu, "NetworkPDU")),
        message.name,
      );
    }
  });

  test("the transport PDUs of the samples are read, and their access messages opened", () => {
    for (const message of ofPart("AccessMessage")) {
      const { UpperTransportAccessPDU: upper = {}, LowerTransportPDUs = [], AccessMessage = {} } = message;
      for (const lower of LowerTransportPDUs) {
        const read = decodeTransportPdu(octetsOf(lower, "LowerTransportPDU"));
        equal(read?.first, (numberOf(lower, "AKF") << 6) | numberOf(lower, "AID"), message.name);
        if (!read?.segmented) continue;
        const { szmic, seqZero, segO, segN } = read;
        equal(
          [szmic, seqZero, segO, segN],
          ["SZMIC", "SeqZero", "SegO", "SegN"].map((name) => numberOf(lower, name)),
          message.name,
        );
      }
      const nonce = {
        kind: upper.keyType === "application" ? "application" : "device",
        ...routeOf(message),
        ivIndex: numberOf(message, "IVIndex"),
        micSize: octetsOf(upper, "TransMIC").length === 8 ? 8 : 4,
        label: optionalOctetsOf(upper, "LabelUUID"),
      } as const;
      const pdu = octetsOf(upper, "UpperTransportPDU");
      equal(
        decryptAccess(octetsOf(upper, "key"), nonce, pdu),
        octetsOf(AccessMessage, "AccessMessage"),
        message.name,
      );
      equal(decryptAccess(octetsOf(upper, "key"), { ...nonce, seq: nonce.seq + 1 }, pdu), undefined);
    }
  });

  test("what is too short is no PDU", () => {
    const { credentials } = netKeyMaterial(new Uint8Array(16));
    equal(decodeNetworkPdu(credentials, 0, new Uint8Array([credentials.nid])), undefined);
    equal(decodeTransportPdu(new Uint8Array(0)), undefined);
    equal(decodeTransportPdu(hex("80000000")), undefined);
    equal(decodeAcknowledgment(new Uint8Array(5)), undefined);
    equal(decodeHeartbeat(new Uint8Array(2)), undefined);
    equal(decodeSecureNetworkBeacon(new Uint8Array(22)), undefined);
  });

  test("acknowledgments and heartbeats read as they were written", () => {
    equal(encodeAcknowledgment(0, 0x09ab, 2), hex("26ac00000002"));
    const acknowledgment = { obo: 1, seqZero: 0x1fff, ackedSegments: 0xffffffff } as const;
    equal(decodeAcknowledgment(encodeAcknowledgment(1, 0x1fff, 0xffffffff)), acknowledgment);
    equal(decodeHeartbeat(encodeHeartbeat(0x7f, 0x0103)), { initTtl: 0x7f, features: 0x0103 });
  });

  test("secure network beacons of the samples, read and built", () => {
    const samples = beacons.vectors.filter(({ type }) => type === "secureNetworkBeacon");
    ok(samples.length >= 3);
    for (const { inputs, outputs, name } of samples) {
      const key = netKeyMaterial(octetsOf(inputs, "NetKey"));
      const payload = octetsOf(outputs, "Beacon");
      const ivIndex = numberOf(inputs, "IVIndex");
      const beacon = decodeSecureNetworkBeacon(payload);
      if (beacon === undefined) throw new Error(`${name} was not read`);
      equal(beacon.networkId, octetsOf(outputs, "NetworkID"), name);
      equal(beacon.ivIndex, ivIndex, name);
      ok(isAuthentic(beacon, key), name);
      ok(!isAuthentic({ ...beacon, flags: beacon.flags ^ 2 }, key), name);
      equal(encodeSecureNetworkBeacon(key, beacon.flags, ivIndex), payload, name);
    }
  });

  test("identifiers of keys and labels", () => {
    equal(k4(hex("3216d1509884b533248541792b877f98")), 0x38);
    equal(netKeyMaterial(hex("f7a2a44f8e8a8029064f173ddc1e2b00")).networkId, hex("ff046958233db014"));
    equal(virtualAddress(hex("0073e7e4d8b9440faf8415df4c56c0e1")), 0xb529);
  });

  test("opcodes of one to three octets", () => {
    equal(splitOpcode(hex("0056")), { opcode: 0x00, parameters: hex("56") });
    equal(splitOpcode(hex("800300")), { opcode: 0x8003, parameters: hex("00") });
    equal(splitOpcode(hex("d50a0048")), { opcode: vendorOpcode(0x15, 0x000a), parameters: hex("48") });
    equal(accessMessage(vendorOpcode(0x15, 0x000a), hex("48656c6c6f")), hex("d50a0048656c6c6f"));
    equal(splitOpcode(hex("d50a")).opcode, 0xd5);
  });

  test("configuration messages of the samples, built and read", () => {
    const sample = (name: string) => {
      const found = foundation.vectors.find((vector) => vector.name === name);
      if (found === undefined) throw new Error(`there is no ${name}`);
      const fields: Fields = found.fields;
      return { fields, message: octetsOf(found.outputs, "Message") };
    };
    const add = sample("Config AppKey Add");
    const [netKeyIndex, appKeyIndex] = [
      indexOf(add.fields, "NetKeyIndex"),
      indexOf(add.fields, "AppKeyIndex"),
    ];
    equal(appKeyAdd(netKeyIndex, appKeyIndex, octetsOf(add.fields, "AppKey")), add.message);
    equal(decodeStatus(sample("Config AppKey Status").message), {
      name: "appKey",
      status: 0,
      netKeyIndex: 0x456,
      appKeyIndex: 0x123,
    });
    const vendor = { company: 0x003f, model: 0x002a };
    equal(modelAppBind(0x1201, 0x123, 0x1000), sample("Config Model App Bind, SIG model").message);
    equal(modelAppBind(0x1201, 0x123, vendor), sample("Config Model App Bind, vendor model").message);
    const status = decodeStatus(sample("Config Composition Data Status with Page 0").message);
    if (status.name !== "compositionData") throw new Error("another status");
    equal(decodeComposition(status.data), {
      cid: 0x000c,
      pid: 0x001a,
      vid: 0x0001,
      crpl: 0x0008,
      features: 0x0003,
      elements: [{ location: 0x0100, models: [0x0000, 0x8000, 0x0001, 0x1000, 0x1003, vendor] }],
    });
  });

  test("a message that no configuration server sends is no status", () => {
    throws(() => decodeStatus(hex("8008")));
    throws(() => decodeStatus(hex("8003005634")));
    throws(() => decodeStatus(hex("80030056341200")));
  });
};
