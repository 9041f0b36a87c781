/** The Configuration Server as a model: which messages it takes, and Node Reset. MshPRT 4.4.1.1, 4.4.1.2.13. */

import { configurationMessages } from "../../../modules/models/foundation/configuration-messages.js";
import { ConfigurationServer } from "../../../modules/models/foundation/configuration-server.js";
import { packKeyIndexes } from "../../../modules/models/foundation/key-indexes.js";
import { ConfigurationBench, octetsOf } from "../../support/configuration-bench.js";
import { talk } from "../../support/configuration-talk.js";
import type { Suite } from "../../support/harness.js";

export const suite: Suite = (harness) => {
  const { test, equal, throws } = harness;
  const { says } = talk(harness);

  test("every request is answered with its own answer, unless 00 is no value of what it sets", () => {
    const silent: number[] = [];
    for (const { opcode, answer, minLength } of configurationMessages) {
      const bench = new ConfigurationBench();
      const said = bench.ask(message(opcode, minLength));
      if (said === undefined) silent.push(opcode);
      else equal(said.slice(0, digits(answer).length), digits(answer), digits(opcode));
      equal(bench.trace.reasons, said === undefined ? ["prohibitedValue"] : [], digits(opcode));
    }
    equal(configurationMessages.length, 47);
    equal(new Set(configurationMessages.map(({ opcode }) => opcode)).size, 47);
    // Those with an element's address, which 0000 is not; an address to subscribe to; a transition; a Low Power node.
    const models = [0x8018, 0x03, 0x801a, 0x801b, 0x801c, 0x801e, 0x8020, 0x8021, 0x8022, 0x801d];
    const lists = [0x8029, 0x802b, 0x803d, 0x803f, 0x804b, 0x804d];
    equal(ascending(silent), ascending([...models, ...lists, 0x8016, 0x802d]));
  });

  test("a request of another length is dropped, the lengths between a SIG and a vendor's model too", () => {
    for (const { opcode, minLength, maxLength } of configurationMessages) {
      const bench = new ConfigurationBench();
      const lengths = [minLength - 1, maxLength + 1];
      if (minLength !== maxLength) lengths.push(minLength + 1);
      for (const length of lengths.filter((candidate) => candidate >= 0)) {
        const drops = bench.trace.drops.length;
        equal(bench.ask(message(opcode, length)), undefined);
        equal(bench.trace.reasons.slice(drops), ["badLength"], digits(opcode));
      }
    }
  });

  test("it is the model 0000, of device key security", () => {
    const { companyId, modelId, security } = new ConfigurationServer();
    equal({ companyId, modelId, security }, { companyId: undefined, modelId: 0, security: "device" });
  });

  test("it has to know its stack before it is attached", () => {
    const server = new ConfigurationServer();
    throws(() =>
      server.attach({
        element: 1,
        clock: new ConfigurationBench().clock,
        publish: () => false,
        reply: () => false,
        stored: undefined,
        store: () => false,
      }),
    );
  });

  test("the node answers Node Reset before it forgets the network, once [CFG/RST/BV-01]", () => {
    const bench = new ConfigurationBench();
    says(bench, "8049", "804a");
    bench.clock.advance(60_000);
    equal(bench.resets, 0);
    bench.answerLeaves();
    equal(bench.resets, 1);
    bench.answerLeaves();
    equal(bench.resets, 1);
  });

  test("Node Reset once more is answered once more, and the network is forgotten once", () => {
    const bench = new ConfigurationBench();
    bench.ask("8049");
    const first = bench.lastAnswer;
    says(bench, "8049", "804a");
    first?.left?.();
    bench.answerLeaves();
    equal(bench.resets, 1);
  });

  test("a node that cannot answer Node Reset forgets the network all the same, in a later turn", () => {
    const bench = new ConfigurationBench();
    bench.hasRoom = false;
    equal(bench.ask("8049"), undefined);
    equal(bench.resets, 0);
    bench.clock.advance(0);
    equal(bench.resets, 1);
    bench.clock.advance(60_000);
    equal(bench.resets, 1);
  });

  test("a stopped node does not obey what is still on its way", () => {
    const bench = new ConfigurationBench();
    bench.ask("8049");
    bench.access.stop();
    bench.answerLeaves();
    bench.hasRoom = false;
    equal(bench.ask("8049"), undefined);
    bench.clock.advance(60_000);
    equal(bench.resets, 0);
  });

  test("a request that cannot be answered is obeyed all the same", () => {
    const bench = new ConfigurationBench();
    bench.hasRoom = false;
    equal(bench.ask("800d 03"), undefined);
    bench.hasRoom = true;
    says(bench, "800c", "800e 03");
  });

  test("key indexes are packed in pairs", () => {
    equal(packKeyIndexes([]), octetsOf(""));
    equal(packKeyIndexes([0xabc]), octetsOf("bc0a"));
    equal(packKeyIndexes([0x123, 0x456, 0x789]), octetsOf("236145 8907"));
    equal(packKeyIndexes([0x001, 0xfff, 0xfff, 0x001]), octetsOf("01f0ff ff1f00"));
  });
};

function ascending(numbers: readonly number[]): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}

function digits(opcode: number): string {
  return opcode.toString(16).padStart(opcode < 0x100 ? 2 : 4, "0");
}

/** So many octets of parameters, all of them 00. */
function message(opcode: number, length: number): string {
  return digits(opcode) + "00".repeat(length);
}
