/** Network PDUs against the published sample data: every message of network.json, sealed and opened. MshPRT 8.3. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { getUint16BE, getUint24BE, getUint32BE, octet, toHex } from "../../modules/bytes.js";
import { k2 } from "../../modules/crypto/toolbox.js";
import { NetworkCipher } from "../../modules/network/network-cipher.js";
import {
  dstOf,
  HEADER_SIZE,
  isControl,
  iviOf,
  micSizeOf,
  nidOf,
  seqOf,
  srcOf,
  ttlOf,
  writeHeader,
} from "../../modules/network/network-pdu.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { type Fields, octetsOf } from "../support/vectors.js";
import file from "./network.json" with { type: "json" };

function headerOf(sample: Fields) {
  return {
    ctl: octet(octetsOf(sample, "CTL"), 0) === 1,
    ttl: octet(octetsOf(sample, "TTL"), 0),
    seq: getUint24BE(octetsOf(sample, "SEQ"), 0),
    src: getUint16BE(octetsOf(sample, "SRC"), 0),
    dst: getUint16BE(octetsOf(sample, "DST"), 0),
  };
}

export const suite: Suite = ({ test, equal, ok }) => {
  const crypto = createNobleCrypto(new FakeClock());

  for (const vector of file.vectors) {
    const ivIndex = getUint32BE(octetsOf(vector, "IVIndex"), 0);
    const credentials = k2(crypto, octetsOf(vector, "NetKey"), octetsOf(vector, "P"));
    const title = `${vector.name} (${vector.section})`;

    test(`${title}: its credentials are those of its NetKey`, () => {
      equal(credentials.nid, octet(octetsOf(vector, "NID"), 0));
      equal(toHex(credentials.encryptionKey), vector.EncryptionKey);
      equal(toHex(credentials.privacyKey), vector.PrivacyKey);
    });

    test(`${title}: each Network PDU is sealed octet for octet, and opened again`, () => {
      const cipher = new NetworkCipher(crypto, credentials);
      for (const sample of vector.NetworkPDUs) {
        const header = headerOf(sample);
        const transportPdu = octetsOf(sample, "TransportPDU");
        const clear = new Uint8Array(HEADER_SIZE + transportPdu.length + micSizeOf(header.ctl));
        writeHeader(clear, header);
        clear.set(transportPdu, HEADER_SIZE);
        cipher.seal(clear, ivIndex);
        equal(toHex(clear), sample.NetworkPDU);

        const pdu = octetsOf(sample, "NetworkPDU");
        equal([iviOf(pdu), nidOf(pdu)], [ivIndex & 1, credentials.nid]);
        const plain = new Uint8Array(pdu.length);
        cipher.deobfuscate(pdu, ivIndex, plain);
        ok(cipher.open(pdu, ivIndex, plain));
        equal(
          {
            ctl: isControl(plain),
            ttl: ttlOf(plain),
            seq: seqOf(plain),
            src: srcOf(plain),
            dst: dstOf(plain),
          },
          header,
        );
        equal(plain.slice(HEADER_SIZE, -micSizeOf(header.ctl)), transportPdu);
      }
    });
  }
};
