/** Proxy PDUs: segmentation and reassembly. MshPRT 6.3; samples of 8.8. */

import {
  encodeProxyPdu,
  MAX_PROXY_MESSAGE,
  ProxyMessageType,
  ProxyReassembly,
} from "../../../modules/bearer/proxy-pdu.js";
import { toHex } from "../../../modules/bytes.js";
import { proxyPdus } from "../../support/gatt-double.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";
import file from "../../vectors/proxy.json" with { type: "json" };

const TYPES = Object.values(ProxyMessageType);

/** The Proxy PDUs of one message. */
function segment(messageType: ProxyMessageType, message: Uint8Array, size: number): string[] {
  const pdus: string[] = [];
  let offset = 0;
  do {
    const target = new Uint8Array(size);
    const taken = encodeProxyPdu(messageType, message, offset, target);
    pdus.push(toHex(target.subarray(0, taken + 1)));
    offset += taken;
  } while (offset < message.length);
  return pdus;
}

export const suite: Suite = ({ test, equal }) => {
  const samples = file.vectors.filter((vector) => vector.type === "proxySar");

  test("there are five samples", () => equal(samples.length, 5));

  for (const { name, inputs, outputs } of samples) {
    const { MessageType, Message, maxProxyPduLength } = inputs;
    const messageType = TYPES.find((type) => type === Number.parseInt(String(MessageType), 16));
    test(name, () => {
      const pdus = outputs.ProxyPDUs ?? [];
      if (messageType === undefined) throw new Error("the sample has no type");
      equal(segment(messageType, hex(String(Message)), Number(maxProxyPduLength)), pdus);
      const reassembly = new ProxyReassembly(TYPES);
      const results = pdus.map((pdu) => reassembly.take(hex(pdu)));
      equal(
        results,
        pdus.map((_, i) => (i === pdus.length - 1 ? "whole" : "part")),
      );
      equal(reassembly.messageType, messageType);
      equal(toHex(reassembly.message), Message);
    });
  }

  test("every length in every size: each PDU but the last is full, and all come together again [MPS/BV-09, MPS/BV-10]", () => {
    const text = Uint8Array.from({ length: MAX_PROXY_MESSAGE }, (_, i) => i);
    for (const size of [20, 22, 33, 64, 65, 66]) {
      const reassembly = new ProxyReassembly(TYPES);
      for (let length = 0; length <= MAX_PROXY_MESSAGE; length++) {
        const message = text.subarray(0, length);
        const pdus = segment(ProxyMessageType.ProvisioningPdu, message, size);
        equal(pdus, proxyPdus(3, toHex(message), size));
        equal(
          pdus.slice(0, -1).every((pdu) => pdu.length === 2 * size),
          true,
        );
        const results = pdus.map((pdu) => reassembly.take(hex(pdu)));
        equal(results.at(-1), "whole");
        equal(reassembly.message, message);
      }
    }
  });

  test("a message that grows while the size does is still whole", () => {
    const message = Uint8Array.from({ length: 60 }, (_, i) => i);
    const first = new Uint8Array(20);
    const taken = encodeProxyPdu(ProxyMessageType.ProvisioningPdu, message, 0, first);
    const second = new Uint8Array(66);
    const rest = encodeProxyPdu(ProxyMessageType.ProvisioningPdu, message, taken, second);
    equal([first[0], second[0], taken + rest], [0x43, 0xc3, 60]);
  });

  test("segments out of turn are noticed, whatever the order", () => {
    const wrong: readonly (readonly string[])[] = [
      ["8300"],
      ["c300"],
      ["4300", "0300"],
      ["4300", "4300"],
      ["4300", "8200"],
      ["4300", "c200"],
      ["0300", "c300"],
      ["4300", "8300", "0200"],
    ];
    for (const pdus of wrong) {
      const reassembly = new ProxyReassembly(TYPES);
      equal(pdus.map((pdu) => reassembly.take(hex(pdu))).at(-1), "unexpectedSar", pdus.join());
    }
  });

  test("reserved types and types of another service are left out, and change nothing", () => {
    const reassembly = new ProxyReassembly([ProxyMessageType.ProvisioningPdu]);
    equal(reassembly.take(hex("4301")), "part");
    for (const pdu of ["", "0000", "4100", "8200", "04", "c4", "3f00", "ff"]) {
      equal(reassembly.take(hex(pdu)), "reservedType", pdu);
    }
    equal(reassembly.take(hex("c302")), "whole");
    equal(toHex(reassembly.message), "0102");
  });

  test("a message may be as long as its type allows, and no longer", () => {
    const longest = [29, 27, 29, 65];
    for (const messageType of TYPES) {
      const length = longest[messageType] ?? 0;
      for (const size of [20, 66]) {
        const reassembly = new ProxyReassembly(TYPES);
        const take = (octets: number): string | undefined =>
          proxyPdus(messageType, "00".repeat(octets), size)
            .map((pdu) => reassembly.take(hex(pdu)))
            .at(-1);
        equal(take(length), "whole");
        equal(take(length + 1), "badLength");
      }
    }
  });
};
