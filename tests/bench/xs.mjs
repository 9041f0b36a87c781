/**
 * One provisioning on XS, in the engine's meter: node tests/bench/xs.mjs
 * A process of its own, because @endo/init freezes everything in the process that imports it.
 */

import { bundleForXs } from "../support/bundle-xs.mjs";
import { openMeter, print } from "./meter.mjs";

const { answers, measure, close } = await openMeter();

/** The times that each step is run: the meter says the same each time, the clock does not. */
const TIMES = 9;

try {
  const empty = (await measure("")).steps;
  const load = await measure(await bundle());
  await measure("steps.record();");
  const whole = await step("whole");
  const withoutP256 = await step("withoutP256");
  const [pointCheck, cmac, ccm] = [await step("pointCheck"), await step("cmac"), await step("ccm")];
  await measure("answer(steps.aes());");
  const { keys, blocks } = answers[0];

  console.log("\nOne provisioning on XS (CMAC, No OOB, the whole node), in steps of the engine's meter:");
  print("part", "steps", "share", "ms here");
  const parts = [
    ["P-256: key pair and shared secret", minus(whole, withoutP256)],
    ["P-256: check of the peer's point", pointCheck],
    ["CMAC: salt, confirmations, session keys", cmac],
    ["CCM: provisioning data", ccm],
    ["the rest: PB-ADV, PDUs, states, storage; air and clock", minus(withoutP256, pointCheck, cmac, ccm)],
    ["all", whole],
  ];
  for (const [name, { steps, ms }] of parts) {
    print(name, `${steps}`, `${((100 * steps) / whole.steps).toFixed(1)} %`, ms.toFixed(1));
  }
  console.log(
    `Loading all modules: ${load.steps} steps. AES: ${keys} keys expanded, ${blocks} blocks encrypted.`,
  );

  async function step(name) {
    const runs = [];
    for (let i = 0; i < TIMES; i++) runs.push(await measure(`steps.${name}();`));
    const middle = (pick) => runs.map(pick).sort((a, b) => a - b)[TIMES >> 1];
    return { steps: middle(({ steps }) => steps) - empty, ms: middle(({ ms }) => ms) };
  }
} finally {
  await close();
}

function minus(first, ...others) {
  return others.reduce((left, { steps, ms }) => ({ steps: left.steps - steps, ms: left.ms - ms }), first);
}

/** The steps as a script. */
function bundle() {
  return bundleForXs(`
    import { createSteps } from "./tests/bench/xs-steps.ts";
    globalThis.steps = createSteps();
    globalThis.answer = (value) => {
      const text = JSON.stringify(value);
      const units = new Uint16Array(text.length);
      for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
      issueCommand(units.buffer);
    };`);
}
