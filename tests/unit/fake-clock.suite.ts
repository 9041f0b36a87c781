import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";

export const suite: Suite = ({ test, equal, throws }) => {
  test("timers expire in the order of their times, each seeing its own time", () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    clock.createTimer(() => seen.push(`late ${clock.now()}`)).start(20);
    clock.createTimer(() => seen.push(`early ${clock.now()}`)).start(10);
    clock.advance(30);
    equal(seen, ["early 10", "late 20"]);
    equal(clock.now(), 30);
  });

  test("at equal times the one started first expires first, whichever was made first", () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const made = clock.createTimer(() => seen.push("made first"));
    clock.createTimer(() => seen.push("started first")).start(5);
    made.start(5);
    clock.advance(5);
    equal(seen, ["started first", "made first"]);
  });

  test("starting a timer again replaces its deadline and its place in the order", () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const again = clock.createTimer(() => seen.push(`again ${clock.now()}`));
    again.start(5);
    clock.createTimer(() => seen.push(`once ${clock.now()}`)).start(8);
    again.start(8);
    clock.advance(100);
    equal(seen, ["once 8", "again 8"]);
  });

  test("a timer started by an expiry runs within the same advance when it falls due", () => {
    const clock = new FakeClock();
    let count = 0;
    const timer = clock.createTimer(() => {
      count += 1;
      timer.start(10);
    });
    timer.start(10);
    clock.advance(35);
    equal(count, 3);
    equal(timer.running, true);
    clock.advance(5);
    equal(count, 4);
  });

  test("a delay of 0 means a later turn, and advance(0) runs it", () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const second = clock.createTimer(() => seen.push("second"));
    const first = clock.createTimer(() => {
      second.start(0);
      seen.push("first");
    });
    first.start(0);
    equal(seen, []);
    clock.advance(0);
    equal(seen, ["first", "second"]);
    equal(clock.now(), 0);
  });

  test("a stopped timer does not expire, and is not running while it expires", () => {
    const clock = new FakeClock();
    const seen: boolean[] = [];
    const timer = clock.createTimer(() => seen.push(timer.running));
    timer.start(1);
    equal(timer.running, true);
    timer.stop();
    equal(timer.running, false);
    clock.advance(10);
    equal(seen, []);
    timer.start(1);
    clock.advance(10);
    equal(seen, [false]);
  });

  test("an expiry can stop another timer that is due at the same time", () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const other = clock.createTimer(() => seen.push("other"));
    clock
      .createTimer(() => {
        seen.push("one");
        other.stop();
      })
      .start(5);
    other.start(5);
    clock.advance(5);
    equal(seen, ["one"]);
  });

  test("an expiry that throws leaves the clock usable", () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    clock
      .createTimer(() => {
        throw new Error("in the middle of it");
      })
      .start(3);
    clock.createTimer(() => seen.push(clock.now())).start(4);
    throws(() => clock.advance(10));
    clock.advance(1);
    equal(seen, [4]);
  });

  test("mistakes are refused: going back, advancing from within, a loop without delay, what is no delay", () => {
    const clock = new FakeClock();
    throws(() => clock.advance(-1));
    const timer = clock.createTimer(() => clock.advance(1));
    throws(() => timer.start(-1));
    throws(() => timer.start(Number.NaN));
    throws(() => timer.start(Number.POSITIVE_INFINITY));
    timer.start(1);
    throws(() => clock.advance(1));
    const endless = clock.createTimer(() => endless.start(0));
    endless.start(0);
    throws(() => clock.advance(1));
  });
};
