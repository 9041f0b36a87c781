/** Network PDUs in the meter of the XS engine: node tests/bench/network-xs.mjs */

import { bundleForXs } from "../support/bundle-xs.mjs";
import { openMeter, print } from "./meter.mjs";

/** Two runs of different length: their difference is that of so many PDUs, and of nothing else. */
const FEW = 40;
const MANY = 140;

const meter = await openMeter();
try {
  await meter.measure(
    await bundleForXs(`
      import { createNetworkSteps, freeAes } from "./tests/bench/network-steps.ts";
      globalThis.noble = createNetworkSteps();
      globalThis.free = createNetworkSteps(freeAes);
      const text = JSON.stringify(noble.map(({ name, goal }) => ({ name, goal })));
      const units = new Uint16Array(text.length);
      for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
      issueCommand(units.buffer);`),
  );
  const [steps] = meter.answers;
  for (const [title, name] of [
    ["Network PDUs on XS, in steps of the engine's meter, AES by noble", "noble"],
    ["The same with an AES that costs nothing", "free"],
  ]) {
    console.log(`\n${title}:`);
    print("a PDU that is", "steps", "of a decrypted one", "goal");
    let decrypted;
    for (const [index, step] of steps.entries()) {
      const cost = await costOf(`${name}[${index}]`);
      decrypted ??= cost;
      const goal = step.goal === undefined ? "" : `< ${step.goal.toFixed(2)}`;
      print(step.name, cost.toFixed(0), (cost / decrypted).toFixed(3), goal);
    }
  }
} finally {
  await meter.close();
}

/** Of one PDU. */
async function costOf(step) {
  const runs = [];
  for (const pdus of [MANY, FEW, MANY]) runs.push((await meter.measure(`${step}.run(${pdus});`)).steps);
  return (runs[2] - runs[1]) / (MANY - FEW);
}
