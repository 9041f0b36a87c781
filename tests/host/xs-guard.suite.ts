/** What becomes of an exception of ours: a line, a closed link, and a restart where it does not stay at that. */

import { Guard } from "../../host/xs/guard.js";
import { GuardedButton, GuardedGattServer, GuardedRadio } from "../../host/xs/guarded.js";
import type { GattListener, RadioListener } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";

const MINUTE_MS = 60_000;

/** A guard after its first minute, and what it does. */
function guarded(): {
  readonly clock: FakeClock;
  readonly guard: Guard;
  readonly said: string[];
  readonly restarts: string[];
  readonly closed: () => number;
} {
  const clock = new FakeClock();
  const said: string[] = [];
  const restarts: string[] = [];
  let closed = 0;
  const guard = new Guard({
    clock,
    say: (line) => said.push(line),
    restart: (reason) => restarts.push(reason),
  });
  guard.attach(() => closed++);
  clock.advance(MINUTE_MS);
  return { clock, guard, said, restarts, closed: () => closed };
}

function broken(): never {
  throw new RangeError("not a level");
}

const radioListener: RadioListener = { received: broken, transmitted: broken };
const gattListener: GattListener = {
  connected: broken,
  disconnected: broken,
  subscribed: broken,
  written: broken,
  ready: broken,
  idle: broken,
};

export const suite: Suite = ({ test, equal, ok, throws }) => {
  test("an exception from an input is told and counted, the links are closed, and the node goes on", () => {
    const { clock, guard, said, restarts, closed } = guarded();
    guard.input("gatt", new RangeError("not a level"));
    clock.advance(MINUTE_MS);
    equal([said, guard.count, closed(), restarts], [["fault 1, gatt: RangeError: not a level"], 1, 1, []]);
  });

  test("the third within a minute restarts the chip, in a turn of its own", () => {
    const { clock, guard, said, restarts, closed } = guarded();
    guard.input("radio", new Error("one"));
    clock.advance(30_000);
    guard.input("gatt", new Error("two"));
    clock.advance(MINUTE_MS / 2 - 1);
    guard.input("button", new Error("three"));
    equal([restarts, closed()], [[], 3], "not within the call that failed");
    clock.advance(0);
    equal(restarts, ["button: Error: three"]);
    equal(said.length, 3);
    clock.advance(10 * MINUTE_MS);
    equal(restarts.length, 1);
  });

  test("three within a little more than a minute do not", () => {
    const { clock, guard, restarts } = guarded();
    for (let i = 0; i < 10; i++) {
      guard.input("radio", new Error("again"));
      clock.advance(MINUTE_MS / 2);
    }
    equal([guard.count, restarts], [10, []]);
  });

  test("one from a timer restarts the chip: what it was to keep going stands still", () => {
    const { clock, guard, said, restarts, closed } = guarded();
    guard.timer(new RangeError("not a level"));
    clock.advance(0);
    equal(closed(), 1, "whoever is connected need not wait until nobody answers");
    equal(
      [said, restarts],
      [["fault 1, timer: RangeError: not a level"], ["timer: RangeError: not a level"]],
    );
  });

  test("in its first minute it waits before it restarts, and says no more: a loop would wear out the flash", () => {
    const clock = new FakeClock();
    const said: string[] = [];
    const restarts: number[] = [];
    const guard = new Guard({
      clock,
      say: (line) => said.push(line),
      restart: () => restarts.push(clock.now()),
    });
    const timer = clock.createTimer(() => {
      timer.start(1000);
      guard.timer(new RangeError("not a level"));
    });
    timer.start(1000);
    clock.advance(MINUTE_MS - 1);
    equal([restarts, said.length, guard.count], [[], 1, 59]);
    clock.advance(1);
    equal(restarts, [MINUTE_MS]);
  });

  test("the first reason for a restart is the one that is kept", () => {
    const clock = new FakeClock();
    const restarts: string[] = [];
    const guard = new Guard({ clock, say: () => {}, restart: (reason) => restarts.push(reason) });
    guard.timer(new Error("the first"));
    clock.advance(1000);
    guard.timer(new Error("another"));
    clock.advance(MINUTE_MS);
    equal(restarts, ["timer: Error: the first"]);
  });

  test("an exception from closing the links restarts the chip, too", () => {
    const { clock, guard, restarts } = guarded();
    guard.attach(broken);
    guard.input("radio", new Error("first"));
    clock.advance(0);
    equal([guard.count, restarts], [2, ["closing links: RangeError: not a level"]]);
  });

  test("whatever is thrown becomes one line, and no long one", () => {
    const { guard, said } = guarded();
    guard.input("radio", "bare words");
    guard.input("radio", new Error("x".repeat(500)));
    equal(said[0], "fault 1, radio: bare words");
    ok((said[1] ?? "").length < 130);
  });

  test("the radio's listener: nothing it throws comes back to the radio, and all else goes through", () => {
    const { guard, closed } = guarded();
    const calls: unknown[] = [];
    let listener: RadioListener = radioListener;
    const radio = new GuardedRadio(
      {
        open: (given) => {
          listener = given;
        },
        setScanning: (on) => calls.push(["scan", on]),
        transmit: (data, address) => calls.push(["transmit", data, address]),
        setConnectable: (advertisement) => calls.push(["connectable", advertisement]),
        renewAddress: () => calls.push("renew"),
      },
      guard,
    );
    radio.open(radioListener);
    listener.received(new Uint8Array(3), -50);
    listener.transmitted();
    equal([guard.count, closed()], [2, 2]);
    radio.setScanning(true);
    radio.transmit(new Uint8Array([1]), "private");
    radio.setConnectable(undefined);
    radio.renewAddress();
    equal(calls, [
      ["scan", true],
      ["transmit", new Uint8Array([1]), "private"],
      ["connectable", undefined],
      "renew",
    ]);
  });

  test("what the node may not ask of the radio is still refused to the node", () => {
    const { guard } = guarded();
    const radio = new GuardedRadio(
      {
        open: broken,
        setScanning: broken,
        transmit: broken,
        setConnectable: broken,
        renewAddress: broken,
      },
      guard,
    );
    throws(() => radio.transmit(new Uint8Array(32), "identity"));
    equal(guard.count, 0);
  });

  test("the GATT server's listener, in each of its calls", () => {
    const { guard, closed } = guarded();
    const calls: unknown[] = [];
    let listener: GattListener = gattListener;
    const server = new GuardedGattServer(
      {
        maxConnections: 1,
        swapsLive: false,
        serve: (service, given) => {
          calls.push(service);
          listener = given;
        },
        notify: (connection, value) => calls.push(["notify", connection, value]) > 0,
        notificationSize: (connection) => 20 + connection,
        disconnect: (connection) => calls.push(["disconnect", connection]),
      },
      guard,
    );
    server.serve(undefined, gattListener);
    listener.connected(1);
    listener.disconnected(1);
    listener.subscribed(1, true);
    listener.written(1, new Uint8Array(1));
    listener.ready(1);
    listener.idle(1);
    equal([guard.count, closed()], [6, 6]);
    equal([server.maxConnections, server.swapsLive, server.notificationSize(3)], [1, false, 23]);
    ok(server.notify(1, new Uint8Array([7])));
    server.disconnect(1);
    equal(calls, [undefined, ["notify", 1, new Uint8Array([7])], ["disconnect", 1]]);
  });

  test("the button's listener", () => {
    const { guard, said } = guarded();
    let push: (down: boolean) => void = () => {};
    const heard: boolean[] = [];
    new GuardedButton({ listen: (changed) => (push = changed) }, guard).listen((down) => {
      heard.push(down);
      if (!down) broken();
    });
    push(true);
    push(false);
    equal([heard, said], [[true, false], ["fault 1, button: RangeError: not a level"]]);
  });
};
