import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { RealClock } from "../../host/simulator/clock.js";
import type { Timer } from "../../modules/platform.js";

const clocks: RealClock[] = [];
afterEach(() => {
  for (const clock of clocks.splice(0)) clock.close();
});

describe("RealClock", () => {
  test("a timer expires once, never before its time, and can be started again from within", async () => {
    const clock = newClock();
    const early: number[] = [];
    let startedAt = 0;
    let left = 20;
    await new Promise<void>((resolve) => {
      const timer = clock.createTimer(() => {
        if (clock.now() < startedAt + 3.5) early.push(clock.now() - startedAt);
        assert.equal(timer.running, false);
        left--;
        if (left === 0) resolve();
        else begin();
      });
      const begin = () => {
        startedAt = clock.now();
        timer.start(3.5);
      };
      begin();
    });
    assert.deepEqual(early, []);
  });

  test("a delay of 0 expires in a later turn", async () => {
    const clock = newClock();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      clock
        .createTimer(() => {
          order.push("expired");
          resolve();
        })
        .start(0);
      order.push("started");
    });
    assert.deepEqual(order, ["started", "expired"]);
  });

  test("a stopped timer, a replaced deadline and a delay beyond setTimeout's longest do not expire", async () => {
    const clock = newClock();
    const expired: string[] = [];
    const stopped = clock.createTimer(() => expired.push("stopped"));
    stopped.start(0);
    stopped.stop();
    assert.equal(stopped.running, false);
    const replaced = clock.createTimer(() => expired.push("replaced"));
    replaced.start(0);
    replaced.start(60_000);
    // 192 hours fit; 30 days do not.
    const long = clock.createTimer(() => expired.push("long"));
    long.start(30 * 24 * 3600 * 1000);
    await new Promise<void>((resolve) => clock.createTimer(resolve).start(10));
    assert.deepEqual(expired, []);
    assert.equal(replaced.running && long.running, true);
  });

  test("after close nothing expires", async () => {
    const clock = newClock();
    const expired: string[] = [];
    const before = clock.createTimer(() => expired.push("before"));
    const after = clock.createTimer(() => expired.push("after"));
    before.start(0);
    clock.close();
    after.start(0);
    await new Promise<void>((resolve) => newClock().createTimer(resolve).start(10));
    assert.deepEqual(expired, []);
  });

  test("timers that nobody needs any more are forgotten: a node makes new ones for each network that it joins", async () => {
    const clock = newClock();
    const forgotten = await Promise.all(
      [0, 60_000].map(async (delayMs) => {
        let timer: Timer | undefined = clock.createTimer(() => {});
        const seen = new WeakRef(timer);
        timer.start(delayMs);
        await new Promise<void>((resolve) => clock.createTimer(resolve).start(10));
        timer.stop();
        timer = undefined;
        return seen;
      }),
    );
    await new Promise<void>((resolve) => clock.createTimer(resolve).start(10));
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
    for (const timer of forgotten) assert.equal(timer.deref(), undefined);
  });

  test("no delay that is none is taken", () => {
    const timer = newClock().createTimer(() => {});
    for (const delayMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => timer.start(delayMs), RangeError);
    }
  });
});

function newClock(): RealClock {
  const clock = new RealClock();
  clocks.push(clock);
  return clock;
}
