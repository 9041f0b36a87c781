/** Sealing and opening Network PDUs: what the samples do not show. */

import { createNobleCrypto } from "../../../host/noble-crypto.js";
import { concat, toHex } from "../../../modules/bytes.js";
import { k2 } from "../../../modules/crypto/toolbox.js";
import { NetworkCipher } from "../../../modules/network/network-cipher.js";
import { HEADER_SIZE, micSizeOf, writeHeader } from "../../../modules/network/network-pdu.js";
import { FakeClock } from "../../support/fake-clock.js";
import type { Suite } from "../../support/harness.js";
import { hex } from "../../support/provisionee-bench.js";

const IV_INDEX = 0x12345678;

export const suite: Suite = ({ test, equal, ok }) => {
  const crypto = createNobleCrypto(new FakeClock());
  const credentials = k2(crypto, hex("7dd7364cd842ad18c17c2b820c84c3d6"), hex("00"));
  const cipher = new NetworkCipher(crypto, credentials);

  const clearPdu = (ctl: boolean, size: number): Uint8Array => {
    const pdu = new Uint8Array(HEADER_SIZE + size + micSizeOf(ctl));
    writeHeader(pdu, { ctl, ttl: 7, seq: 0xabcdef, src: 0x1201, dst: 0xc105 });
    for (let i = 0; i < size; i++) pdu[HEADER_SIZE + i] = 0xa0 + i;
    return pdu;
  };
  const sealed = (ctl: boolean, size: number): Uint8Array => {
    const pdu = clearPdu(ctl, size);
    cipher.seal(pdu, IV_INDEX);
    return pdu;
  };
  const open = (pdu: Uint8Array, ivIndex: number): string | undefined => {
    const plain = new Uint8Array(29);
    cipher.deobfuscate(pdu, ivIndex, plain);
    return cipher.open(pdu, ivIndex, plain) ? toHex(plain.slice(1, pdu.length)) : undefined;
  };

  test("every length of access and control messages comes back as it was, and the PDU stays as it is", () => {
    for (const [ctl, longest] of [
      [false, 16],
      [true, 12],
    ] as const) {
      for (let size = 1; size <= longest; size++) {
        const pdu = sealed(ctl, size);
        const before = toHex(pdu);
        const text = toHex(clearPdu(ctl, size).slice(1, HEADER_SIZE + size));
        equal(open(pdu, IV_INDEX)?.slice(0, text.length), text);
        equal(toHex(pdu), before);
      }
    }
  });

  test("IVI and NID are written by the cipher: the low bit of the IV Index, and its own NID", () => {
    const pdu = clearPdu(false, 1);
    cipher.seal(pdu, 0x12345679);
    equal(pdu[0], 0xe8);
    equal(sealed(false, 1)[0], 0x68);
  });

  test("any octet changed behind the first, or another IV Index, and the NetMIC does not fit", () => {
    const pdu = sealed(false, 4);
    for (let i = 1; i < pdu.length; i++) {
      const forged = pdu.slice();
      forged[i] = (forged[i] ?? 0) ^ 0x01;
      equal(open(forged, IV_INDEX), undefined, `octet ${i}`);
    }
    equal(open(pdu, IV_INDEX - 2), undefined);
    ok(open(pdu, IV_INDEX) !== undefined);
  });

  test("a PDU that would be too short for a control message is not one", () => {
    for (let length = 14; length < 18; length++) {
      const plain = new Uint8Array(29);
      const pdu = sealed(true, 1).slice(0, length);
      cipher.deobfuscate(pdu, IV_INDEX, plain);
      plain[1] = 0x87;
      equal(cipher.open(pdu, IV_INDEX, plain), false);
    }
  });

  test("a wiped cipher holds nothing of the last packet, and other credentials open nothing", () => {
    const other = new NetworkCipher(crypto, k2(crypto, new Uint8Array(16), hex("00")));
    const pdu = sealed(false, 8);
    const plain = new Uint8Array(29);
    other.deobfuscate(pdu, IV_INDEX, plain);
    equal(other.open(pdu, IV_INDEX, plain), false);
    cipher.wipe();
    // The scratch is set anew for each packet: a wiped cipher is not a broken one.
    equal(sealed(false, 8), concat(pdu));
  });
};
