/** The models of the private proxy. MshPRT 4.4.11, 4.4.13, 4.4.17. */

import type { MessageContext, ModelAccess } from "../../../modules/access/model.js";
import { toHex } from "../../../modules/bytes.js";
import { OnDemandPrivateProxyServer } from "../../../modules/models/foundation/on-demand-private-proxy-server.js";
import { PrivateBeaconServer } from "../../../modules/models/foundation/private-beacon-server.js";
import { SolicitationRplServer } from "../../../modules/models/foundation/solicitation-rpl-server.js";
import { FeatureState } from "../../../modules/network/node-states.js";
import { SolicitationList } from "../../../modules/network/solicitation-list.js";
import { Records } from "../../../modules/records.js";
import { octetsOf } from "../../support/configuration-bench.js";
import type { Suite } from "../../support/harness.js";
import { MemoryStorage } from "../../support/memory-storage.js";
import { ProxyBench } from "../../support/proxy-bench.js";
import { RecordingTrace } from "../../support/recording-trace.js";

const CONTEXT: MessageContext = {
  src: 1,
  dst: 2,
  label: undefined,
  ttl: 5,
  netKeyIndex: 0,
  appKeyIndex: undefined,
  element: 2,
};

/** The three servers on a real stack, and their answers as octets. */
class Bench {
  readonly network = new ProxyBench().start();
  readonly servers = [
    new PrivateBeaconServer(),
    new OnDemandPrivateProxyServer(),
    new SolicitationRplServer(),
  ];
  #answer: string | undefined;

  constructor() {
    const { netKeys, states, privateStates, solicitations } = this.network.layer;
    const { trace, proxy, clock } = this.network;
    const access: ModelAccess = {
      ...{ element: 2, clock, stored: undefined, store: () => false, publish: () => false },
      reply: (_, opcode, parameters) => {
        this.#answer = opcode.toString(16) + toHex(parameters);
        return true;
      },
    };
    for (const server of this.servers) {
      server.serve({ trace, netKeys, states, privateStates, proxy, solicitations });
      server.attach(access);
    }
  }

  /** Lengths are checked as the access layer does. undefined: silence. */
  ask(message: string): string | undefined {
    const octets = octetsOf(message);
    const opcode = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
    this.#answer = undefined;
    for (const server of this.servers) {
      const format = server.messages.find((candidate) => candidate.opcode === opcode);
      const length = octets.length - 2;
      if (format === undefined || length < format.minLength || length > format.maxLength) continue;
      server.receive(opcode, octets.subarray(2), CONTEXT);
    }
    return this.#answer;
  }

  hide(): this {
    this.network.layer.states.change({ gattProxy: FeatureState.Disabled });
    return this;
  }
}

export const suite: Suite = ({ test, equal }) => {
  /** Requests and their answers, one after the other; no answer: silence. */
  const talk = (bench: Bench, lines: readonly (readonly [string, string | undefined])[]): void => {
    for (const [request, answer] of lines) equal(bench.ask(request), answer?.replaceAll(" ", ""), request);
  };

  test("who they are, and under which keys", () => {
    const { servers } = new Bench();
    equal(
      servers.map(({ modelId, security }) => `${modelId.toString(16)} ${security}`),
      ["a device", "c device", "14 application"],
    );
  });

  test("Private Beacon is told and set, the interval only when it is said", () => {
    talk(new Bench(), [
      ["8060", "8062 00 3c"],
      ["8061 01", "8062 01 3c"],
      ["8061 01 05", "8062 01 05"],
      ["8061 00", "8062 00 05"],
      ["8061 02", undefined],
      ["8061 ff 01", undefined],
      ["8060", "8062 00 05"],
    ]);
  });

  test("Private GATT Proxy cannot be on while GATT Proxy is", () => {
    const open = new Bench();
    const writes = open.network.storage.changes;
    talk(open, [
      ["8063", "8065 00"],
      ["8064 01", "8065 00"],
    ]);
    equal(open.network.storage.changes, writes, "it is not even tried");
    talk(new Bench().hide(), [
      ["8064 01", "8065 01"],
      ["8063", "8065 01"],
      ["8064 02", undefined],
      ["8064 00", "8065 00"],
    ]);
  });

  test("Private Node Identity is told and set, and ends by itself", () => {
    const bench = new Bench();
    talk(bench, [
      ["8066 0000", "8068 00 0000 00"],
      ["8067 0000 01", "8068 00 0000 01"],
      ["8066 0000", "8068 00 0000 01"],
      ["8067 0000 02", undefined],
      ["8066 2301", "8068 04 2301 00"],
      ["8067 2301 01", "8068 04 2301 01"],
    ]);
    bench.network.clock.advance(60_000);
    talk(bench, [
      ["8066 0000", "8068 00 0000 00"],
      ["8067 0000 01", "8068 00 0000 01"],
      ["8067 0000 00", "8068 00 0000 00"],
    ]);
  });

  test("Private Node Identity cannot be set while Node Identity is on", () => {
    const bench = new Bench();
    bench.network.proxy.showIdentity(bench.network.subnet);
    talk(bench, [
      ["8067 0000 01", "8068 0e 0000 01"],
      ["8067 0000 00", "8068 00 0000 00"],
      ["8066 0000", "8068 00 0000 00"],
    ]);
  });

  test("On-Demand Private GATT Proxy takes every number of seconds", () => {
    talk(new Bench(), [
      ["8069", "806b 00"],
      ["806a 01", "806b 01"],
      ["806a ff", "806b ff"],
      ["8069", "806b ff"],
      ["806a 00", "806b 00"],
    ]);
  });

  test("what cannot be stored is answered with what stands", () => {
    const bench = new Bench().hide();
    for (const [set, answer] of [
      ["8061 01", "8062 00 3c"],
      ["8064 01", "8065 00"],
      ["806a 05", "806b 00"],
    ] as const) {
      bench.network.storage.failAt(1);
      talk(bench, [[set, answer]]);
    }
  });

  test("the items of an address range are cleared, acknowledged or not", () => {
    const bench = new Bench();
    const { solicitations } = bench.network.layer;
    for (const src of [0x1233, 0x1234, 0x1239, 0x123a]) solicitations.accept(src, 5);
    // 1234 and the five addresses behind it.
    talk(bench, [["8078 6924 06", "807a 6924 06"]]);
    equal(
      [0x1233, 0x1234, 0x1239, 0x123a].map((src) => solicitations.check(src, 5)),
      ["replayed", undefined, undefined, "replayed"],
    );
    talk(bench, [
      ["8079 6624", undefined],
      ["8078 7424", "807a 7424"],
    ]);
    equal([solicitations.check(0x1233, 5), solicitations.check(0x123a, 5)], [undefined, undefined]);
  });

  test("the numbers are remembered over a restart, and may be cleared", () => {
    const storage = new MemoryStorage();
    const records = new Records(storage, new RecordingTrace());
    const list = new SolicitationList(records);
    for (let src = 1; src <= 18; src++) equal(list.accept(src, 100 + src), true);
    equal([list.check(19, 1), list.accept(19, 1)], ["replayListFull", false]);
    const again = new SolicitationList(records);
    again.load();
    equal(
      [again.check(18, 118), again.check(18, 119), again.check(1, 101)],
      ["replayed", undefined, "replayed"],
    );
    equal(again.clear(10, 4), true);
    equal([again.check(9, 109), again.check(10, 1), again.check(13, 1), again.check(14, 114)].map(String), [
      "replayed",
      "undefined",
      "undefined",
      "replayed",
    ]);
    const third = new SolicitationList(records);
    third.load();
    equal(third.check(10, 1), undefined);
  });

  test("a range that is none is ignored", () => {
    const bench = new Bench();
    for (const range of ["0000", "0100 02", "6824 06", "6924", "6924 00", "6924 01", "ffff 02"]) {
      equal(bench.ask(`8078 ${range}`), undefined, range);
    }
    equal(bench.ask("8078 feff"), "807afeff");
  });
};
