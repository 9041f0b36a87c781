import { SeededRandom } from "../../host/simulator/seeded-random.js";
import type { Suite } from "../support/harness.js";
import { ScriptedRandom } from "../support/scripted-random.js";

function draw(random: { fill(target: Uint8Array): void }, length: number): Uint8Array {
  const octets = new Uint8Array(length);
  random.fill(octets);
  return octets;
}

export const suite: Suite = ({ test, equal, ok }) => {
  test("the same seed gives the same octets, another seed others", () => {
    equal(draw(new SeededRandom(7), 32), draw(new SeededRandom(7), 32));
    ok(`${draw(new SeededRandom(7), 32)}` !== `${draw(new SeededRandom(8), 32)}`);
    ok(draw(new SeededRandom(0), 32).some((value) => value !== 0));
  });

  test("below stays below its limit and reaches every number", () => {
    const random = new SeededRandom(1);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) {
      const number = random.below(6);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    equal(counts.length, 6);
    ok(
      counts.every((count) => count > 800 && count < 1200),
      counts.join(" "),
    );
  });

  test("a chance of 0 % never comes, of 100 % always, of 30 % about as often", () => {
    const random = new SeededRandom(2);
    let hits = 0;
    for (let i = 0; i < 1000; i++) {
      if (random.chance(0)) hits += 10_000;
      if (!random.chance(100)) hits += 10_000;
      if (random.chance(30)) hits += 1;
    }
    ok(hits > 230 && hits < 370, `${hits}`);
  });

  test("written-down octets are given by length, each once, then the fallback's", () => {
    const script = [new Uint8Array([1, 1]), new Uint8Array([2, 2, 2]), new Uint8Array([3, 3])];
    const random = new ScriptedRandom(script, new SeededRandom(5));
    equal(draw(random, 3), new Uint8Array([2, 2, 2]));
    equal(draw(random, 2), new Uint8Array([1, 1]));
    equal(random.used, 2);
    equal(draw(random, 3), draw(new SeededRandom(5), 3));
    equal(random.used, 2);
    equal(draw(random, 2), new Uint8Array([3, 3]));
    equal(random.used, 3);
  });
};
