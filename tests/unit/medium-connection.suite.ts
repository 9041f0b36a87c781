import { AIR_TIME_MS, CONNECT_TIMEOUT_MS } from "../../host/simulator/medium.js";
import { MAX_MESSAGE, MAX_QUEUED_MESSAGES, MESSAGE_TIME_MS } from "../../host/simulator/medium-connection.js";
import { SeededRandom } from "../../host/simulator/seeded-random.js";
import type { Suite } from "../support/harness.js";
import { ADDRESS, gather, invitation, type Witness } from "../support/witness.js";

const ELSEWHERE = new Uint8Array([0xc0, 9, 9, 9, 9, 9]);

/** A phone and a lamp, connected with each other. */
function connectTwo(): ReturnType<typeof gather> & { phone: Witness; lamp: Witness } {
  const air = gather("phone", "lamp");
  const phone = air.of("phone");
  const lamp = air.of("lamp");
  phone.port.serve(phone);
  lamp.port.serve(lamp);
  phone.port.connect(ADDRESS);
  lamp.port.setConnectable(ADDRESS);
  lamp.port.send(invitation(ADDRESS));
  air.clock.advance(AIR_TIME_MS);
  phone.diary.length = 0;
  lamp.diary.length = 0;
  return { ...air, phone, lamp };
}

const connecting: Suite = ({ test, equal, throws }) => {
  test("connect joins two at the next connectable frame, which ends the advertising", () => {
    const { clock, of } = gather("phone", "lamp");
    const [phone, lamp] = [of("phone"), of("lamp")];
    phone.port.serve(phone);
    lamp.port.serve(lamp);
    lamp.port.setConnectable(ADDRESS);
    equal(lamp.port.connectable, ADDRESS);
    phone.port.connect(ADDRESS);
    clock.advance(100);
    equal(phone.diary, []);
    lamp.port.send(invitation(ADDRESS));
    equal(phone.diary, []);
    clock.advance(AIR_TIME_MS);
    equal(phone.diary, ["heard 020106", "connected"]);
    equal(lamp.diary, ["connected", "sent connectable"]);
    equal(lamp.port.connectable, undefined);
    clock.advance(2 * CONNECT_TIMEOUT_MS);
    equal(phone.diary, ["heard 020106", "connected"]);
  });

  test("connecting to nobody fails in a later turn, and may be tried again", () => {
    const { clock, of } = gather("phone", "lamp");
    const [phone, lamp] = [of("phone"), of("lamp")];
    throws(() => phone.port.connect(ADDRESS), "nobody would hear of it");
    phone.port.serve(phone);
    lamp.port.serve(lamp);
    phone.port.connect(ELSEWHERE);
    throws(() => phone.port.connect(ADDRESS), "one attempt at a time");
    lamp.port.setConnectable(ADDRESS);
    lamp.port.send(invitation(ADDRESS));
    clock.advance(CONNECT_TIMEOUT_MS);
    equal(phone.diary, ["heard 020106", "failed c00909090909"]);
    phone.port.connect(ADDRESS);
    lamp.port.send(invitation(ADDRESS));
    clock.advance(AIR_TIME_MS);
    equal(phone.diary.at(-1), "connected");
  });

  test("who sends connectable frames but takes no connections is not connected to", () => {
    const { clock, of } = gather("phone", "lamp");
    const [phone, lamp] = [of("phone"), of("lamp")];
    phone.port.serve(phone);
    lamp.port.setConnectable(ADDRESS);
    phone.port.connect(ADDRESS);
    lamp.port.send(invitation(ADDRESS));
    clock.advance(AIR_TIME_MS);
    lamp.port.serve(lamp);
    lamp.port.setConnectable(undefined);
    lamp.port.send(invitation(ADDRESS));
    clock.advance(CONNECT_TIMEOUT_MS);
    equal(phone.diary, ["heard 020106", "heard 020106", "failed c00102030405"]);
  });

  test("of two that want the same one, one gets it", () => {
    const { clock, of } = gather("phone", "tablet", "lamp");
    const [phone, tablet, lamp] = [of("phone"), of("tablet"), of("lamp")];
    for (const witness of [phone, tablet, lamp]) witness.port.serve(witness);
    phone.port.connect(ADDRESS);
    tablet.port.connect(ADDRESS);
    lamp.port.setConnectable(ADDRESS);
    lamp.port.send(invitation(ADDRESS));
    clock.advance(CONNECT_TIMEOUT_MS);
    equal(lamp.connections.length, 1);
    equal(phone.diary, ["heard 020106", "connected"]);
    equal(tablet.diary, ["heard 020106", "failed c00102030405"]);
  });

  test("a connection needs hearing in both directions", () => {
    const { clock, medium, of } = gather("phone", "lamp");
    const [phone, lamp] = [of("phone"), of("lamp")];
    phone.port.serve(phone);
    lamp.port.serve(lamp);
    medium.setHearing((from) => from === "lamp");
    phone.port.connect(ADDRESS);
    lamp.port.setConnectable(ADDRESS);
    lamp.port.send(invitation(ADDRESS));
    clock.advance(CONNECT_TIMEOUT_MS);
    equal(phone.diary, ["heard 020106", "failed c00102030405"]);
  });
};

const connected: Suite = ({ test, equal, throws }) => {
  test("messages arrive in order, both ways at once, in later turns, whatever the weather", () => {
    const { clock, medium, phone, lamp } = connectTwo();
    medium.setFaults({ random: new SeededRandom(1), lossPercent: 100 });
    const message = new Uint8Array([1]);
    equal(phone.connection.send(message), true);
    message[0] = 2;
    equal(phone.connection.send(message), true);
    equal(lamp.connection.send(new Uint8Array([0xaa])), true);
    equal(phone.connection.queued, 2);
    equal(lamp.diary, []);
    clock.advance(MESSAGE_TIME_MS);
    equal(lamp.diary, ["received 01", "sent message"]);
    equal(phone.diary, ["sent message", "received aa"]);
    clock.advance(MESSAGE_TIME_MS);
    equal(lamp.diary, ["received 01", "sent message", "received 02"]);
    equal(phone.connection.queued, 0);
  });

  test("a full queue refuses until a message has arrived; a message has its limit", () => {
    const { clock, phone } = connectTwo();
    const message = new Uint8Array(MAX_MESSAGE);
    for (let i = 0; i < MAX_QUEUED_MESSAGES; i++) equal(phone.connection.send(message), true);
    equal(phone.connection.send(message), false);
    clock.advance(MESSAGE_TIME_MS);
    equal(phone.diary, ["sent message"]);
    equal(phone.connection.send(message), true);
    throws(() => phone.connection.send(new Uint8Array(MAX_MESSAGE + 1)));
  });

  test("a side that takes nothing leaves the other's messages in its queue, and gets them in order later", () => {
    const { clock, phone, lamp } = connectTwo();
    lamp.connection.setTaking(false);
    for (const octet of [1, 2, 3]) phone.connection.send(new Uint8Array([octet]));
    lamp.connection.send(new Uint8Array([9]));
    clock.advance(1000);
    equal([phone.connection.queued, lamp.diary, phone.diary], [3, ["sent message"], ["received 09"]]);
    lamp.connection.setTaking(true);
    equal(lamp.diary.length, 1);
    clock.advance(1000);
    equal(lamp.diary.slice(1), ["received 01", "received 02", "received 03"]);
    lamp.connection.setTaking(false);
    phone.connection.send(new Uint8Array([4]));
    lamp.connection.close();
    clock.advance(1000);
    equal([phone.diary.at(-1), lamp.diary.at(-1)], ["disconnected", "disconnected"]);
  });

  test("closing tells both sides once, in a later turn, and loses what is queued", () => {
    const { clock, phone, lamp } = connectTwo();
    phone.connection.send(new Uint8Array([1]));
    lamp.connection.send(new Uint8Array([2]));
    phone.connection.close();
    lamp.connection.close();
    equal([phone.connection.open, lamp.connection.open], [false, false]);
    equal(lamp.connection.send(new Uint8Array([3])), false);
    equal([phone.diary, lamp.diary], [[], []]);
    clock.advance(100);
    equal([phone.diary, lamp.diary], [["disconnected"], ["disconnected"]]);
  });

  test("a message that makes its receiver close is the last", () => {
    const { clock, phone, lamp } = connectTwo();
    lamp.received = (connection) => connection.close();
    phone.connection.send(new Uint8Array([1]));
    phone.connection.send(new Uint8Array([2]));
    clock.advance(100);
    equal([phone.diary, lamp.diary], [["disconnected"], ["disconnected"]]);
  });

  test("both sides learn when one leaves, or when they no longer hear each other", () => {
    const left = connectTwo();
    left.lamp.port.leave();
    left.clock.advance(100);
    equal([left.phone.diary, left.lamp.diary], [["disconnected"], ["disconnected"]]);
    const apart = connectTwo();
    apart.medium.setHearing((from) => from === "lamp");
    apart.clock.advance(100);
    equal([apart.phone.diary, apart.lamp.diary], [["disconnected"], ["disconnected"]]);
  });

  test("after a connection the next one can be made, and one can have several", () => {
    const { clock, phone, lamp } = connectTwo();
    phone.port.connect(ELSEWHERE);
    lamp.port.setConnectable(ELSEWHERE);
    lamp.port.send(invitation(ELSEWHERE));
    clock.advance(AIR_TIME_MS);
    equal(lamp.connections.length, 2);
    phone.connections[0]?.close();
    clock.advance(100);
    equal(
      lamp.connections.map((connection) => connection.open),
      [false, true],
    );
    phone.connection.send(new Uint8Array([5]));
    clock.advance(100);
    equal(lamp.diary.at(-1), "received 05");
  });
};

export const suite: Suite = (harness) => {
  for (const part of [connecting, connected]) part(harness);
};
