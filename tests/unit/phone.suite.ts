/** The phone's cryptography and PDUs against the specification's sample data. MshPRT 8.4, 8.7, 8.13, 8.17. */

import { drawInputValue } from "../../host/simulator/phone/choice.js";
import { P256 } from "../../host/simulator/phone/p256.js";
import { IncomingTransactions } from "../../host/simulator/phone/pb-adv-incoming.js";
import {
  decodePbAdvPdu,
  decodeUnprovisionedDeviceBeacon,
  encodeAcknowledgment,
  encodeLinkClose,
  encodeLinkOpen,
  encodeTransaction,
  frameCheckSequence,
} from "../../host/simulator/phone/pb-adv-pdu.js";
import {
  decodeCapabilities,
  decodeRecordResponse,
  decodeRecordsList,
  encodeInvite,
  encodePdu,
  encodeProvisioningData,
  encodeRecordRequest,
  encodeStart,
  ProvisioningPduType,
} from "../../host/simulator/phone/pdu.js";
import {
  Algorithm,
  authValue,
  confirmation,
  confirmationKey,
  confirmationSalt,
  encryptProvisioningData,
  sessionKeys,
} from "../../host/simulator/phone/security.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { concat, fromHex, toHex } from "../../modules/bytes.js";
import type { Harness, Suite } from "../support/harness.js";
import { ScriptedRandom } from "../support/scripted-random.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import beacons from "../vectors/beacons.json" with { type: "json" };
import provisioning from "../vectors/provisioning.json" with { type: "json" };

interface Vector {
  readonly name: string;
  readonly type: string;
  readonly inputs: Fields;
  readonly outputs: Fields;
}

const vectors: readonly Vector[] = provisioning.vectors;

function ofType(type: string): readonly Vector[] {
  const found = vectors.filter((vector) => vector.type === type);
  if (found.length === 0) throw new Error(`there is no ${type}`);
  return found;
}

function numberOf(fields: Fields, name: string): number {
  return Number.parseInt(toHex(octetsOf(fields, name)), 16);
}

function hexOf(fields: Fields, name: string): string {
  return toHex(octetsOf(fields, name));
}

/** The octets of a field that holds several octet strings. */
function listOf(fields: Fields, name: string): readonly Uint8Array[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new Error(`the vector has no list ${name}`);
  return value.map((item) => hex(String(item)));
}

function innerOf(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (typeof value !== "object" || value === null) throw new Error(`the vector has no ${name}`);
  return Object.fromEntries(Object.entries(value));
}

function hex(digits: string): Uint8Array {
  const octets = fromHex(digits);
  if (octets === undefined) throw new Error("not hexadecimal");
  return octets;
}

/** What a provisioner builds from the fields of a PDU; undefined: a PDU that it only reads. */
function build(fields: Fields): Uint8Array | undefined {
  switch (numberOf(fields, "Type")) {
    case ProvisioningPduType.Invite:
      return encodeInvite(numberOf(fields, "AttentionDuration"));
    case ProvisioningPduType.Start:
      return encodeStart({
        algorithm: numberOf(fields, "Algorithm"),
        publicKey: numberOf(fields, "PublicKey"),
        authenticationMethod: numberOf(fields, "AuthenticationMethod"),
        authenticationAction: numberOf(fields, "AuthenticationAction"),
        authenticationSize: numberOf(fields, "AuthenticationSize"),
      });
    case ProvisioningPduType.PublicKey:
      return encodePdu(0x03, octetsOf(fields, "PublicKeyX"), octetsOf(fields, "PublicKeyY"));
    case ProvisioningPduType.Confirmation:
      return encodePdu(0x05, octetsOf(fields, "Confirmation"));
    case ProvisioningPduType.Random:
      return encodePdu(0x06, octetsOf(fields, "Random"));
    case ProvisioningPduType.Data: {
      const encrypted = octetsOf(fields, "EncryptedProvisioningData");
      return encodePdu(0x07, encrypted, octetsOf(fields, "ProvisioningDataMIC"));
    }
    case ProvisioningPduType.Complete:
      return encodePdu(0x08);
    case ProvisioningPduType.RecordsGet:
      return encodePdu(0x0c);
    case ProvisioningPduType.RecordRequest:
      return encodeRecordRequest({
        recordId: numberOf(fields, "RecordID"),
        fragmentOffset: numberOf(fields, "FragmentOffset"),
        fragmentMaximumSize: numberOf(fields, "FragmentMaximumSize"),
      });
    default:
      return undefined;
  }
}

/** What a provisioner reads, and the same from the vector's fields. */
function read(fields: Fields, pdu: Uint8Array): readonly [unknown, unknown] {
  switch (numberOf(fields, "Type")) {
    case ProvisioningPduType.Capabilities:
      return [
        decodeCapabilities(pdu),
        {
          numberOfElements: numberOf(fields, "NumberOfElements"),
          algorithms: numberOf(fields, "Algorithms"),
          publicKeyType: numberOf(fields, "PublicKeyType"),
          oobType: numberOf(fields, "OOBType"),
          outputOobSize: numberOf(fields, "OutputOOBSize"),
          outputOobAction: numberOf(fields, "OutputOOBAction"),
          inputOobSize: numberOf(fields, "InputOOBSize"),
          inputOobAction: numberOf(fields, "InputOOBAction"),
        },
      ];
    case ProvisioningPduType.RecordsList:
      return [
        decodeRecordsList(pdu),
        { provisioningExtensions: numberOf(fields, "ProvisioningExtensions"), recordIds: [1, 2] },
      ];
    case ProvisioningPduType.RecordResponse:
      return [
        decodeRecordResponse(pdu),
        {
          status: numberOf(fields, "Status"),
          recordId: numberOf(fields, "RecordID"),
          fragmentOffset: numberOf(fields, "FragmentOffset"),
          totalLength: numberOf(fields, "TotalLength"),
          data: octetsOf(fields, "Data"),
        },
      ];
    default:
      throw new Error("a PDU that is neither built nor read");
  }
}

export const suite: Suite = (harness) => {
  testSecurity(harness);
  testPbAdvMessages(harness);
  testPdus(harness);
};

function testSecurity({ test, equal, ok, throws }: Harness): void {
  for (const [type, algorithm] of [
    ["securityCmac", Algorithm.Cmac],
    ["securityHmac", Algorithm.Hmac],
  ] as const) {
    for (const { name, inputs, outputs } of ofType(type)) {
      test(name, () => {
        const curve = new P256();
        const publicKey = concat(octetsOf(inputs, "PublicKeyDeviceX"), octetsOf(inputs, "PublicKeyDeviceY"));
        equal(curve.publicKey(octetsOf(inputs, "PrivateKeyDevice")), publicKey);
        const secret = curve.sharedSecret(octetsOf(inputs, "PrivateKeyProvisioner"), publicKey);
        equal(secret, octetsOf(outputs, "ECDHSecret"));
        const value = octetsOf(inputs, "AuthValue");
        const salt = confirmationSalt(algorithm, octetsOf(outputs, "ConfirmationInputs"));
        equal(salt, octetsOf(outputs, "ConfirmationSalt"));
        const key = confirmationKey(algorithm, secret, salt, value);
        equal(key, octetsOf(outputs, "ConfirmationKey"));
        const randomProvisioner = octetsOf(inputs, "RandomProvisioner");
        const randomDevice = octetsOf(inputs, "RandomDevice");
        const own = confirmation(algorithm, key, randomProvisioner, value);
        equal(own, octetsOf(outputs, "ConfirmationProvisioner"));
        const device = confirmation(algorithm, key, randomDevice, value);
        equal(device, octetsOf(outputs, "ConfirmationDevice"));
        const keys = sessionKeys(secret, salt, randomProvisioner, randomDevice);
        equal(keys.provisioningSalt, octetsOf(outputs, "ProvisioningSalt"));
        equal(keys.sessionKey, octetsOf(outputs, "SessionKey"));
        equal(keys.sessionNonce, octetsOf(outputs, "SessionNonce"));
        equal(keys.deviceKey, octetsOf(outputs, "DeviceKey"));
        const data = encodeProvisioningData({
          netKey: octetsOf(inputs, "NetworkKey"),
          netKeyIndex: numberOf(inputs, "NetKeyIndex"),
          flags: numberOf(inputs, "Flags"),
          ivIndex: numberOf(inputs, "IVIndex"),
          unicastAddress: numberOf(inputs, "UnicastAddress"),
        });
        equal(data, octetsOf(outputs, "Data"));
        const encrypted = concat(octetsOf(outputs, "DataEncrypted"), octetsOf(outputs, "DataMIC"));
        equal(encryptProvisioningData(keys, data), encrypted);
      });
    }
  }

  test("AuthValue of every data type, in both lengths", () => {
    for (const { name, inputs, outputs } of ofType("authValue")) {
      const algorithm = inputs.bits === 128 ? Algorithm.Cmac : Algorithm.Hmac;
      const written = String(inputs.value);
      const value = inputs.dataType === "numeric" ? Number(written) : written;
      const oob = inputs.dataType === "binary" ? hex(written) : value;
      equal(authValue(algorithm, oob), octetsOf(outputs, "AuthValue"), name);
    }
    equal(authValue(Algorithm.Cmac, undefined), new Uint8Array(16));
  });

  test("a private key lies between 1 and half the order of the curve", () => {
    const curve = new P256();
    const half = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";
    const above = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9";
    const draws = [above, "00".repeat(32), "ff".repeat(32), half].map(hex);
    equal(toHex(curve.createPrivateKey(new ScriptedRandom(draws, new SeededRandom(1)))), half);
    throws(() => curve.createPrivateKey({ fill: (target) => void target.fill(0xff) }));
    throws(() => curve.publicKey(new Uint8Array(32)));
  });

  test("a public key is valid only in range and on the curve", () => {
    const curve = new P256();
    const publicKey = curve.publicKey(curve.createPrivateKey(new SeededRandom(3)));
    ok(curve.isValid(publicKey));
    ok(!curve.isValid(publicKey.subarray(0, 63)));
    ok(!curve.isValid(new Uint8Array(64)));
    ok(!curve.isValid(new Uint8Array(64).fill(0xff)));
    for (const at of [0, 31, 32, 63]) {
      const altered = publicKey.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      ok(!curve.isValid(altered), `octet ${at}`);
    }
    // The field is p: x + p names the same point, but is out of range. 5 is the x of a point.
    const y = hex("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
    const five = hex("05".padStart(64, "0"));
    const beyond = hex("ffffffff00000001000000000000000000000001000000000000000000000004");
    ok(curve.isValid(concat(five, y)));
    ok(!curve.isValid(concat(beyond, y)));
  });

  test("what the user shall enter fits the action and its size", () => {
    const random = new SeededRandom(5);
    let zeros = 0;
    for (let i = 0; i < 300; i++) {
      const pushes = drawInputValue({ action: 0, size: 1 }, random);
      ok(typeof pushes === "number" && pushes >= 1 && pushes <= 9);
      const digits = drawInputValue({ action: 2, size: 2 }, random);
      ok(typeof digits === "number" && digits >= 0 && digits <= 99);
      if (digits === 0) zeros++;
      const letters = drawInputValue({ action: 3, size: 8 }, random);
      ok(typeof letters === "string" && /^[0-9A-Z]{8}$/.test(letters));
    }
    ok(zeros > 0, "a typed number may be all zeros");
  });
}

function testPbAdvMessages({ test, equal, throws }: Harness): void {
  test("every PB-ADV message that the provisioner sends is built octet for octet", () => {
    let built = 0;
    for (const { name, inputs, outputs } of ofType("transaction")) {
      const transaction = numberOf(inputs, "Transaction");
      if (transaction >= 0x80) continue;
      const pdu = octetsOf(outputs, "ProvisioningPDU");
      equal(frameCheckSequence(pdu), numberOf(outputs, "FCS"), name);
      equal(
        encodeTransaction(numberOf(inputs, "LinkID"), transaction, pdu),
        listOf(outputs, "Messages"),
        name,
      );
      built++;
    }
    for (const { name, inputs, outputs } of ofType("transactionAck")) {
      const transaction = numberOf(inputs, "Transaction");
      if (transaction < 0x80) continue;
      const message = encodeAcknowledgment(numberOf(inputs, "LinkID"), transaction);
      equal(toHex(message), hexOf(outputs, "Message"), name);
      built++;
    }
    const [open, , close] = ofType("bearerControl");
    if (open === undefined || close === undefined) throw new Error("there is no Link Open or Link Close");
    const deviceUuid = octetsOf(open.inputs, "DeviceUUID");
    equal(encodeLinkOpen(numberOf(open.inputs, "LinkID"), deviceUuid), octetsOf(open.outputs, "Message"));
    equal(encodeLinkClose(numberOf(close.inputs, "LinkID"), 0), octetsOf(close.outputs, "Message"));
    equal(built, 8 + 7);
  });

  test("every PB-ADV message that the device sends is read octet for octet", () => {
    let incoming = new IncomingTransactions();
    let whole = 0;
    for (const { name, inputs, outputs } of ofType("transaction")) {
      const transaction = numberOf(inputs, "Transaction");
      if (transaction < 0x80) continue;
      if (transaction === 0x80) incoming = new IncomingTransactions();
      const messages = listOf(outputs, "Messages");
      for (const message of messages) {
        const read = decodePbAdvPdu(message);
        equal([read?.linkId, read?.transaction], [numberOf(inputs, "LinkID"), transaction], name);
        const generic = read?.generic;
        if (generic?.kind !== "start" && generic?.kind !== "continuation") throw new Error(name);
        const result = incoming.take(transaction, generic);
        if (message !== messages.at(-1)) equal(result, { kind: "incomplete" }, name);
        else equal(result, { kind: "complete", pdu: octetsOf(outputs, "ProvisioningPDU") }, name);
      }
      whole++;
    }
    equal(whole, 7);
    for (const { name, inputs, outputs } of ofType("transactionAck")) {
      const transaction = numberOf(inputs, "Transaction");
      const generic = { kind: "acknowledgment" };
      const expected = { linkId: numberOf(inputs, "LinkID"), transaction, generic };
      equal(decodePbAdvPdu(octetsOf(outputs, "Message")), expected, name);
    }
    const linkAck = decodePbAdvPdu(hex("23af58500007"));
    equal(linkAck, { linkId: 0x23af5850, transaction: 0, generic: { kind: "linkAck" } });
  });

  test("lengths, padding and opcodes that the specification does not allow", () => {
    const head = "23af585000";
    for (const malformed of ["", "05", "0500", "0102", "02", "06", "0300", `03${"00".repeat(17)}`, "0701"]) {
      equal(decodePbAdvPdu(hex(head + malformed)), undefined, malformed);
    }
    for (const malformed of ["0b", "0b0000", "0f", "00000214", "0002ff", `0200${"00".repeat(24)}`]) {
      equal(decodePbAdvPdu(hex(head + malformed)), undefined, malformed);
    }
    throws(() => encodeTransaction(0, 0, new Uint8Array(0)));
    throws(() => encodeTransaction(0, 0, new Uint8Array(20 + 63 * 23 + 1)));
    equal(encodeTransaction(0, 0, new Uint8Array(20 + 63 * 23)).length, 64);
  });
}

function testPdus({ test, equal }: Harness): void {
  test("the fields of every Provisioning PDU become its octets, or are read out of them", () => {
    const types = new Set<number>();
    for (const { name, inputs, outputs } of [...ofType("transaction"), ...ofType("pdu")]) {
      const fields = innerOf(inputs, "fields");
      const pdu = octetsOf(outputs, "ProvisioningPDU");
      types.add(numberOf(fields, "Type"));
      const built = build(fields);
      if (built !== undefined) equal(built, pdu, name);
      else equal(...read(fields, pdu), name);
    }
    equal(
      [...types].sort((a, b) => a - b),
      [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13],
    );
  });

  test("Provisioning PDUs of a wrong type or length are not read", () => {
    const capabilities = hex("010100010000000000000000");
    equal(decodeCapabilities(capabilities.subarray(0, 11)), undefined);
    equal(decodeCapabilities(concat(capabilities, new Uint8Array(1))), undefined);
    equal(decodeCapabilities(concat(hex("41"), capabilities.subarray(1))), undefined);
    for (const list of ["0d", "0d00", "0d000000", "0c0000"]) equal(decodeRecordsList(hex(list)), undefined);
    equal(decodeRecordsList(hex("0d0000")), { provisioningExtensions: 0, recordIds: [] });
    equal(decodeRecordResponse(hex("0b000001000002")), undefined);
    equal(decodeRecordResponse(hex("0a00000100000000")), undefined);
  });

  test("unprovisioned device beacons", () => {
    const samples: readonly Vector[] = beacons.vectors;
    const found = samples.filter(({ type }) => type === "unprovisionedDeviceBeacon");
    for (const { inputs, outputs } of found) {
      const beacon = octetsOf(outputs, "Beacon");
      equal(decodeUnprovisionedDeviceBeacon(beacon), {
        deviceUuid: octetsOf(inputs, "DeviceUUID"),
        oobInformation: numberOf(inputs, "OOBInformation"),
        uriHash: "URI" in inputs ? octetsOf(outputs, "URIHashFull").subarray(0, 4) : undefined,
      });
      for (const length of [18, beacon.length - 1]) {
        equal(decodeUnprovisionedDeviceBeacon(beacon.subarray(0, length)), undefined);
      }
    }
    equal(found.length, 3);
    equal(decodeUnprovisionedDeviceBeacon(hex(`01${"00".repeat(18)}`)), undefined);
  });
}
