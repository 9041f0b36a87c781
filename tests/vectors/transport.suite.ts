/** The samples of the transport layers: every access and control message, in both directions. MshPRT 8.3, 8.12, 8.16. */

import { toHex } from "../../modules/bytes.js";
import { decodeSegmentAck, encodeSegmentAck } from "../../modules/transport/lower-pdu.js";
import type { AccessOutgoing } from "../../modules/transport/upper.js";
import type { Suite } from "../support/harness.js";
import { TransportBench } from "../support/transport-bench.js";
import { type Fields, octetsOf, optionalOctetsOf } from "../support/vectors.js";
import network from "./network.json" with { type: "json" };

interface Vector extends Fields {
  readonly name: string;
  readonly section: string;
}

const vectors: readonly Vector[] = network.vectors;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(fields: Fields, name: string): Fields {
  const found = fields[name];
  if (!isFields(found)) throw new Error(`the vector has no ${name}`);
  return found;
}

function listOf(fields: Fields, name: string): readonly Fields[] {
  const found = fields[name];
  return Array.isArray(found) ? found.filter(isFields) : [];
}

function numberOf(fields: Fields, name: string): number {
  return Number.parseInt(toHex(octetsOf(fields, name)), 16);
}

/** A node whose element the source is, or the destination, and whose sequence numbers are the sample's. */
function benchAt(vector: Vector, address: number): TransportBench {
  const seqs = listOf(vector, "NetworkPDUs").map((pdu) => numberOf(pdu, "SEQ"));
  const bench = new TransportBench({
    elements: { first: address, count: 1 },
    ivIndex: numberOf(vector, "IVIndex"),
    sequence: { take: () => seqs.shift() },
  });
  const upper = vector.UpperTransportAccessPDU;
  const label = isFields(upper) ? optionalOctetsOf(upper, "LabelUUID") : undefined;
  if (label !== undefined) bench.labels.hold(label);
  return bench;
}

function isSegmented(vector: Vector): boolean {
  return listOf(vector, "LowerTransportPDUs").some((pdu) => pdu.SEG === "01");
}

/** How an access message of the samples is sent. */
function howOf(vector: Vector): AccessOutgoing {
  const upper = fieldsOf(vector, "UpperTransportAccessPDU");
  return {
    src: numberOf(upper, "SRC"),
    dst: numberOf(upper, "DST"),
    label: optionalOctetsOf(upper, "LabelUUID"),
    ttl: numberOf(upper, "TTL"),
    netKeyIndex: 0,
    appKeyIndex: upper.keyType === "application" ? 0 : undefined,
    micSize: octetsOf(upper, "TransMIC").length === 8 ? 8 : 4,
    segmented: isSegmented(vector),
    tag: 0,
  };
}

/** The Lower Transport PDUs and the network fields of a sample. */
function expectedOf(vector: Vector): readonly unknown[] {
  const headers = listOf(vector, "NetworkPDUs");
  return listOf(vector, "LowerTransportPDUs").map((pdu, index) => {
    const header = headers[index] ?? {};
    return {
      pdu: toHex(octetsOf(pdu, "LowerTransportPDU")),
      ctl: header.CTL === "01",
      ttl: numberOf(header, "TTL"),
      seq: numberOf(header, "SEQ"),
      src: numberOf(header, "SRC"),
      dst: numberOf(header, "DST"),
      ivIndex: numberOf(vector, "IVIndex"),
    };
  });
}

function sentBy(bench: TransportBench): readonly unknown[] {
  return bench.network.take().map(({ pdu, ctl, ttl, seq, src, dst, ivIndex }) => {
    return { pdu, ctl, ttl, seq, src, dst, ivIndex };
  });
}

/** Hand the PDUs of a sample to a node, as its network layer would. */
function hearAll(bench: TransportBench, vector: Vector): void {
  const headers = listOf(vector, "NetworkPDUs");
  for (const [index, pdu] of listOf(vector, "LowerTransportPDUs").entries()) {
    const header = headers[index] ?? {};
    bench.hear(toHex(octetsOf(pdu, "LowerTransportPDU")), {
      ctl: header.CTL === "01",
      ttl: numberOf(header, "TTL"),
      seq: numberOf(header, "SEQ"),
      src: numberOf(header, "SRC"),
      dst: numberOf(header, "DST"),
      ivIndex: numberOf(vector, "IVIndex"),
    });
  }
}

const accessMessages = vectors.filter((vector) => isFields(vector.UpperTransportAccessPDU));
const controlMessages = vectors.filter((vector) => isFields(vector.TransportControlMessage));

export const suite: Suite = ({ test, equal, ok }) => {
  test("there are as many samples as the specification has", () => {
    equal([accessMessages.length, controlMessages.length], [31, 17]);
  });

  for (const vector of accessMessages) {
    const message = (): Uint8Array => octetsOf(fieldsOf(vector, "AccessMessage"), "AccessMessage");

    test(`${vector.section} ${vector.name}: secured and divided`, () => {
      const how = howOf(vector);
      const bench = benchAt(vector, how.src);
      ok(bench.upper.send(message(), how));
      bench.clock.advance(150);
      equal(sentBy(bench), expectedOf(vector));
    });

    test(`${vector.section} ${vector.name}: put together and opened`, () => {
      const { src, dst, label, ttl, netKeyIndex, appKeyIndex } = howOf(vector);
      const bench = benchAt(vector, dst < 0x8000 ? dst : 0x0777);
      hearAll(bench, vector);
      const from = { src, dst, label, ttl, netKeyIndex, appKeyIndex, rssi: -50 };
      equal(bench.access.arrived, [{ ...from, pdu: toHex(message()) }]);
      equal(bench.takeReasons(), []);
    });
  }

  for (const vector of controlMessages) {
    const message = fieldsOf(vector, "TransportControlMessage");
    const opcode = numberOf(message, "Opcode");
    const [header = {}] = listOf(vector, "NetworkPDUs");
    if (opcode === 0) {
      const [pdu = {}] = listOf(vector, "LowerTransportPDUs");
      test(`${vector.section} ${vector.name}: the acknowledgment is written and read`, () => {
        const ack = {
          obo: message.OBO === "01",
          seqZero: numberOf(message, "SeqZero"),
          ackedSegments: numberOf(message, "BlockAck"),
        };
        const written = new Uint8Array(7);
        encodeSegmentAck(ack, written);
        equal(written, octetsOf(pdu, "LowerTransportPDU"));
        equal(decodeSegmentAck(written), ack);
      });
      continue;
    }

    test(`${vector.section} ${vector.name}: sent`, () => {
      const [src, dst, ttl] = [numberOf(header, "SRC"), numberOf(header, "DST"), numberOf(header, "TTL")];
      const bench = benchAt(vector, src);
      const parameters = octetsOf(message, "UpperTransportPDU");
      ok(bench.upper.sendControl(opcode, parameters, { src, dst, ttl, netKeyIndex: 0 }));
      equal(sentBy(bench), expectedOf(vector));
    });

    test(`${vector.section} ${vector.name}: received by who takes it`, () => {
      const dst = numberOf(header, "DST");
      const bench = benchAt(vector, dst < 0x8000 ? dst : 0x0777);
      const came: string[] = [];
      const receiver = { accepts: () => true, received: (octets: Uint8Array) => came.push(toHex(octets)) };
      bench.upper.control(opcode, receiver);
      hearAll(bench, vector);
      equal(came, [toHex(octetsOf(message, "UpperTransportPDU"))]);
    });
  }
};
