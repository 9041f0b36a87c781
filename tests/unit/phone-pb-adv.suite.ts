/** The phone's end of a PB-ADV link, with a device played by the test. MshPRT 5.2.1, 5.3. */

import { PbAdvClient } from "../../host/simulator/phone/pb-adv-client.js";
import { encodeTransaction } from "../../host/simulator/phone/pb-adv-pdu.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import { toHex } from "../../modules/bytes.js";
import type { Random } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Harness, Suite } from "../support/harness.js";
import { hex, LINK, LINK_ID, LINK_OPEN, ScriptedRadio, UUID } from "./phone-radio.js";

/** A client that writes down what it tells its listener. */
class Link {
  readonly clock = new FakeClock();
  readonly radio = new ScriptedRadio(this.clock);
  readonly client: PbAdvClient;
  readonly #told: string[] = [];

  constructor(random: Random = new SeededRandom(1)) {
    const options = { radio: this.radio, clock: this.clock, random, retransmissionMs: 300 };
    this.client = new PbAdvClient(options, {
      opened: () => this.#told.push("opened"),
      received: (pdu) => this.#told.push(`received ${toHex(pdu)}`),
      sent: () => this.#told.push("sent"),
      closed: (reason) => this.#told.push(`closed ${reason}`),
      beacon: ({ deviceUuid, oobInformation, uriHash }, rssi) =>
        this.#told.push(`beacon ${toHex(deviceUuid)} ${oobInformation} ${uriHash && toHex(uriHash)} ${rssi}`),
      dropped: (reason) => this.#told.push(reason),
    });
  }

  /** A client whose link is open, with nothing on its way. */
  static opened(): Link {
    const link = new Link();
    link.client.open(UUID, LINK_ID);
    link.clock.advance(60);
    link.radio.hear(`${LINK}0007`);
    link.clock.advance(60);
    link.take();
    link.radio.takeEvents();
    return link;
  }

  /** The device speaks; the listener is told this. */
  hear(...messages: readonly string[]): string[] {
    for (const message of messages) this.radio.hear(message);
    return this.take();
  }

  take(): string[] {
    return this.#told.splice(0);
  }

  /** What is transmitted meanwhile. */
  advance(ms: number): string[] {
    this.clock.advance(ms);
    return this.radio.takeMessages();
  }
}

/** The PB-ADV PDUs of a transaction of the device. */
function deviceTransaction(transaction: number, pdu: string): string[] {
  return encodeTransaction(LINK_ID, transaction, hex(pdu)).map(toHex);
}

const LONG_PDU = `03${"11".repeat(32)}${"22".repeat(32)}`;

export const suite: Suite = (harness) => {
  testOpening(harness);
  testSending(harness);
  testReceiving(harness);
  testClosing(harness);
};

function testOpening({ test, equal, ok, throws }: Harness): void {
  test("Link Open is repeated until the device acknowledges it", () => {
    const link = new Link();
    ok(link.radio.scanning);
    link.client.open(UUID, LINK_ID);
    ok(link.client.busy);
    equal(link.advance(1000), [LINK_OPEN, LINK_OPEN, LINK_OPEN]);
    equal(link.hear("23af58510007"), [], "another link");
    equal(link.hear(`${LINK}0007`), ["opened"]);
    equal(link.hear(`${LINK}0007`), [], "the answer to a repeated Link Open");
    equal(link.advance(10_000), []);
  });

  test("without an answer the link is given up after 60 s", () => {
    const link = new Link();
    link.client.open(UUID, LINK_ID);
    ok(link.advance(59_990).every((message) => message === LINK_OPEN));
    equal(link.take(), []);
    equal(link.advance(400).slice(-3), [`${LINK}000b01`, `${LINK}000b01`, `${LINK}000b01`]);
    equal(link.take(), ["closed 1"]);
    ok(!link.client.busy);
  });

  test("each PDU waits 20 to 50 ms", () => {
    for (const [octet, delayMs] of [
      [0x00, 20],
      [0x80, 35],
      [0xff, 50],
    ] as const) {
      const link = new Link({ fill: (target) => void target.fill(octet) });
      link.client.open(UUID);
      link.clock.advance(100);
      equal(
        link.radio.takeEvents().map(({ atMs }) => atMs),
        [delayMs],
      );
    }
  });

  test("the Link ID is random unless given", () => {
    const link = new Link({ fill: (target) => void target.fill(0xa5) });
    link.client.open(UUID);
    equal(link.advance(60), [LINK_OPEN.replace(LINK, "a5a5a5a5")]);
  });

  test("one link at a time, to a whole UUID", () => {
    const link = new Link();
    throws(() => link.client.open(UUID.subarray(1), LINK_ID));
    throws(() => link.client.send(hex("0000")));
    link.client.open(UUID, LINK_ID);
    throws(() => link.client.open(UUID, LINK_ID));
    throws(() => link.client.send(hex("0000")), "not open yet");
  });

  test("a new link starts afresh: numbers, acknowledgments, delay", () => {
    const link = new Link({ fill: (target) => void target.fill(0xff) });
    const uuid = UUID.slice();
    for (let round = 0; round < 2; round++) {
      const beganMs = link.clock.now();
      link.client.open(uuid, LINK_ID);
      uuid.fill(0);
      link.clock.advance(60);
      equal(link.radio.takeEvents(), [{ atMs: beganMs + 50, message: LINK_OPEN }]);
      link.radio.hear(`${LINK}0007`);
      equal(link.hear(...deviceTransaction(0x80, "08")), ["opened", "received 08"]);
      link.clock.advance(30);
      equal(link.hear(`${LINK}000b00`), ["closed 0"], "the acknowledgment is still waiting for its turn");
      uuid.set(UUID);
    }
  });

  test("unprovisioned device beacons are heard at any time, in any place of the data", () => {
    const link = new Link();
    const beacon = `2b00${toHex(UUID)}4020`;
    const told = `beacon ${toHex(UUID)} ${0x4020}`;
    link.radio.hearData(hex(`14${beacon}`));
    link.radio.hearData(hex(`02010618${beacon}d36b25b8`));
    equal(link.take(), [`${told} undefined -50`, `${told} d36b25b8 -50`]);
    for (const damaged of [`15${beacon}`, `13${beacon}`, `0014${beacon}`, "14", "", "01", "012b", "0129"]) {
      link.radio.hearData(hex(damaged));
    }
    equal(link.take(), []);
  });

  test("the link timer runs from the opening to the first Provisioning PDU", () => {
    const link = new Link();
    link.client.open(UUID, LINK_ID);
    link.clock.advance(50_000);
    equal(link.hear(`${LINK}0007`), ["opened"]);
    link.clock.advance(59_000);
    equal(link.hear(...deviceTransaction(0x80, "08")), ["received 08"]);
    link.clock.advance(200_000);
    equal(link.take(), []);
  });

  test("the open link is given up when the device says nothing for 60 s", () => {
    const link = Link.opened();
    equal(link.advance(59_000), []);
    equal(link.advance(2_000), [`${LINK}000b01`, `${LINK}000b01`, `${LINK}000b01`]);
    equal(link.take(), ["closed 1"]);
  });
}

function testSending({ test, equal, ok, throws }: Harness): void {
  test("all segments are repeated, in sequence, until they are acknowledged", () => {
    const link = Link.opened();
    link.client.send(hex(LONG_PDU));
    throws(() => link.client.send(hex("0000")), "one at a time");
    const segments = encodeTransaction(LINK_ID, 0, hex(LONG_PDU)).map(toHex);
    equal(segments.length, 3);
    equal(link.advance(250), segments);
    equal(link.advance(450), segments);
    equal(link.hear(`${LINK}0101`, `${LINK}8001`), ["staleAcknowledgment", "staleAcknowledgment"]);
    equal(link.hear(`${LINK}0001`), ["sent"]);
    equal(link.hear(`${LINK}0001`), ["staleAcknowledgment"]);
    equal(link.advance(40_000), []);
  });

  test("an acknowledgment ends a repetition halfway, and none is believed before the first message", () => {
    const link = Link.opened();
    link.client.send(hex(LONG_PDU));
    equal(link.hear(`${LINK}0001`), ["staleAcknowledgment"]);
    equal(link.advance(60).length, 1);
    equal(link.hear(`${LINK}0001`), ["sent"]);
    equal(link.advance(1000), []);
  });

  test("transaction numbers count from 00 to 7f and start again", () => {
    const link = Link.opened();
    for (let count = 0; count < 130; count++) {
      const number = toHex(Uint8Array.of(count & 0x7f));
      link.client.send(hex("0000"));
      equal(link.advance(60), [`${LINK}${number}000002140000`]);
      equal(link.hear(`${LINK}${number}01`), ["sent"]);
    }
    link.client.close(0);
    link.advance(300);
    link.client.open(UUID, LINK_ID);
    link.advance(60);
    link.radio.hear(`${LINK}0007`);
    link.client.send(hex("0000"));
    equal(link.advance(60), [`${LINK}00000002140000`], "a new link begins with 00");
  });

  test("30 s without an acknowledgment close the link", () => {
    const link = Link.opened();
    link.client.send(hex("0000"));
    ok(link.advance(29_900).every((message) => message === `${LINK}00000002140000`));
    equal(link.take(), []);
    equal(link.advance(1000).slice(-3), [`${LINK}000b01`, `${LINK}000b01`, `${LINK}000b01`]);
    equal(link.take(), ["closed 1"]);
  });
}

function testReceiving({ test, equal }: Harness): void {
  test("segments come in any order, twice, and are acknowledged once they are whole", () => {
    const link = Link.opened();
    const [start = "", second = "", third = ""] = deviceTransaction(0x80, LONG_PDU);
    equal(link.hear(third, second, third), []);
    equal(link.advance(100), [], "not whole");
    equal(link.hear(start), [`received ${LONG_PDU}`]);
    equal(link.advance(100), [`${LINK}8001`]);
    equal(link.hear(second), [], "a repetition is acknowledged, not delivered");
    equal(link.advance(100), [`${LINK}8001`]);
  });

  test("a wrong frame check sequence is not acknowledged; the repetition is", () => {
    const link = Link.opened();
    equal(link.hear(`${LINK}800000010008`), ["badFcs"]);
    equal(link.advance(100), []);
    equal(link.hear(...deviceTransaction(0x80, "08")), ["received 08"]);
    equal(link.advance(100), [`${LINK}8001`]);
  });

  test("the device's numbers count from 80 to ff and start again; others are dropped", () => {
    const link = Link.opened();
    equal(link.hear(...deviceTransaction(0x81, "08")), ["unexpectedTransaction"]);
    equal(link.hear(...deviceTransaction(0x00, "08")), ["unexpectedTransaction"]);
    for (let count = 0; count < 130; count++) {
      const transaction = 0x80 | (count & 0x7f);
      equal(link.hear(...deviceTransaction(transaction, "08")), ["received 08"]);
      equal(link.advance(60), [`${LINK}${toHex(Uint8Array.of(transaction))}01`]);
    }
  });

  test("segments that contradict each other are dropped", () => {
    const link = Link.opened();
    const [start = "", second = "", third = ""] = deviceTransaction(0x80, LONG_PDU);
    equal(link.hear(`${LINK}80080014ff00`), ["badSegment"], "SegN does not fit TotalLength");
    equal(link.hear(`${LINK}80000000ff00`), ["badSegment"], "TotalLength 0");
    equal(link.hear(start, second.slice(0, -2)), ["badSegment"], "not full");
    equal(link.hear(third), [], "the damaged one is forgotten");
    equal(link.hear(third.replace(`${LINK}800a`, `${LINK}800e`)), ["badSegment"], "beyond SegN");
    equal(link.hear(second), [`received ${LONG_PDU}`]);
  });

  test("other links are not heard, malformed PDUs of this one are dropped", () => {
    const link = Link.opened();
    equal(link.hear("23af5851800000013e08", "23af58", ""), []);
    equal(link.hear(`${LINK}80`, `${LINK}8005`, `${LINK}000f`), ["malformed", "malformed", "malformed"]);
    equal(link.hear(LINK_OPEN), ["unexpectedMessage"]);
    const opening = new Link();
    opening.client.open(UUID, LINK_ID);
    equal(opening.hear(...deviceTransaction(0x80, "08")), ["unexpectedMessage"]);
  });
}

function testClosing({ test, equal }: Harness): void {
  test("Link Close goes out three times, after a pending acknowledgment", () => {
    const link = Link.opened();
    link.client.send(hex(LONG_PDU));
    link.advance(60);
    equal(link.hear(...deviceTransaction(0x80, "0904")), ["received 0904"]);
    link.client.close(2);
    link.client.close(0);
    equal(link.hear(`${LINK}0001`, ...deviceTransaction(0x81, "08")), [], "nothing counts any more");
    const close = `${LINK}000b02`;
    equal(link.advance(300), [`${LINK}8001`, close, close, close]);
    equal(link.take(), ["closed 2"]);
    equal(link.advance(100_000), []);
  });

  test("the device closes the link, whatever its reason", () => {
    for (const reason of ["00", "01", "02", "7f"]) {
      const link = Link.opened();
      link.client.send(hex(LONG_PDU));
      equal(link.hear(`${LINK}000b${reason}`), [`closed ${Number.parseInt(reason, 16)}`]);
      equal(link.advance(100_000), [], "nothing is sent on a closed link");
      equal(link.hear(`${LINK}000b${reason}`), []);
    }
  });

  test("a link that is closed while an event is on the air does not disturb the next one", () => {
    const link = Link.opened();
    link.client.send(hex("0000"));
    while (link.radio.takeMessages().length === 0) link.clock.advance(1);
    equal(link.hear(`${LINK}000b02`), ["closed 2"]);
    link.client.open(UUID, 0x01020304);
    equal(link.advance(60), [LINK_OPEN.replace(LINK, "01020304")]);
  });
}
