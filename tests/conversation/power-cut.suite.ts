/**
 * The power fails at every single write of every procedure. Afterwards the node is in the old state or in the new
 * one, can be brought into the new one, and has used no sequence number twice.
 */

import {
  appKeyAdd,
  appKeyDelete,
  appKeyGet,
  appKeyUpdate,
  defaultTtlGet,
  defaultTtlSet,
  heartbeatPublicationGet,
  heartbeatPublicationSet,
  keyRefreshPhaseGet,
  keyRefreshPhaseSet,
  modelAppBind,
  modelAppGet,
  modelAppUnbind,
  netKeyAdd,
  netKeyDelete,
  netKeyGet,
  netKeyUpdate,
  nodeReset,
  publicationGet,
  publicationSet,
  relayGet,
  subscriptionAdd,
  subscriptionDelete,
  subscriptionDeleteAll,
  subscriptionGet,
  subscriptionOverwrite,
} from "../../host/simulator/phone/mesh/config-messages.js";
import { GENERIC_ON_OFF_SERVER as SERVER } from "../../host/simulator/phone/mesh/generic-on-off.js";
import { toHex } from "../../modules/bytes.js";
import type { Suite } from "../support/harness.js";
import { APP_KEY_INDEX, Home, type Member } from "../support/home.js";
import { PowerCut } from "../support/memory-storage.js";
import { hex } from "../support/provisionee-bench.js";

const NEW_KEY = hex("0102030405060708090a0b0c0d0e0f10");
const OTHER_KEY = hex("aabbccddeeff00112233445566778899");
const LABEL = new Uint8Array(16).fill(0x5a);
const GROUP = 0xc123;

/** What is done to a lamp that has been equipped and prepared. message: to its Configuration Server. */
interface Procedure {
  readonly name: string;
  readonly prepare?: readonly Uint8Array[];
  readonly message: Uint8Array;
}

const ADDRESS = 0x0b0c;
const publication = { address: GROUP, appKeyIndex: APP_KEY_INDEX, ttl: 5, period: 0, retransmit: 0 };

const PROCEDURES: readonly Procedure[] = [
  { name: "AppKey Add", message: appKeyAdd(0, 0x222, NEW_KEY) },
  {
    name: "AppKey Update",
    prepare: [netKeyUpdate(0, NEW_KEY)],
    message: appKeyUpdate(0, APP_KEY_INDEX, OTHER_KEY),
  },
  {
    name: "AppKey Delete",
    prepare: [publicationSet(ADDRESS, SERVER, publication)],
    message: appKeyDelete(0, APP_KEY_INDEX),
  },
  { name: "NetKey Add", message: netKeyAdd(0x111, NEW_KEY) },
  { name: "NetKey Update", message: netKeyUpdate(0, NEW_KEY) },
  {
    name: "NetKey Delete",
    prepare: [
      netKeyAdd(0x111, NEW_KEY),
      appKeyAdd(0x111, 0x333, OTHER_KEY),
      modelAppBind(ADDRESS, 0x333, SERVER),
      publicationSet(ADDRESS, SERVER, { ...publication, appKeyIndex: 0x333 }),
      heartbeatPublicationSet({ destination: GROUP, netKeyIndex: 0x111, ttl: 3 }),
    ],
    message: netKeyDelete(0x111),
  },
  {
    name: "Key Refresh Phase Set 3",
    prepare: [netKeyUpdate(0, NEW_KEY), appKeyUpdate(0, APP_KEY_INDEX, OTHER_KEY)],
    message: keyRefreshPhaseSet(0, 3),
  },
  {
    name: "Model App Bind",
    prepare: [appKeyAdd(0, 0x222, NEW_KEY)],
    message: modelAppBind(ADDRESS, 0x222, SERVER),
  },
  {
    name: "Model App Unbind",
    prepare: [publicationSet(ADDRESS, SERVER, publication)],
    message: modelAppUnbind(ADDRESS, APP_KEY_INDEX, SERVER),
  },
  { name: "Publication Set", message: publicationSet(ADDRESS, SERVER, publication) },
  {
    name: "Publication Virtual Address Set",
    prepare: [publicationSet(ADDRESS, SERVER, publication)],
    message: publicationSet(ADDRESS, SERVER, { ...publication, address: LABEL }),
  },
  { name: "Subscription Add", message: subscriptionAdd(ADDRESS, SERVER, GROUP) },
  { name: "Subscription Virtual Address Add", message: subscriptionAdd(ADDRESS, SERVER, LABEL) },
  {
    name: "Subscription Delete",
    prepare: [subscriptionAdd(ADDRESS, SERVER, GROUP), subscriptionAdd(ADDRESS, SERVER, LABEL)],
    message: subscriptionDelete(ADDRESS, SERVER, LABEL),
  },
  {
    name: "Subscription Overwrite",
    prepare: [subscriptionAdd(ADDRESS, SERVER, GROUP), subscriptionAdd(ADDRESS, SERVER, 0xc001)],
    message: subscriptionOverwrite(ADDRESS, SERVER, LABEL),
  },
  {
    name: "Subscription Delete All",
    prepare: [subscriptionAdd(ADDRESS, SERVER, GROUP), subscriptionAdd(ADDRESS, SERVER, LABEL)],
    message: subscriptionDeleteAll(ADDRESS, SERVER),
  },
  { name: "Default TTL Set", message: defaultTtlSet(0x22) },
  { name: "Heartbeat Publication Set", message: heartbeatPublicationSet({ destination: GROUP, ttl: 3 }) },
  { name: "Node Reset", message: nodeReset() },
];

/** What a configuration client can read of it, and the keys that nobody can; "unprovisioned" when it is no node. */
function stateOf({ config, node, address }: Member): string {
  if (node.node.state !== "provisioned") return "unprovisioned";
  const questions = [
    netKeyGet(),
    appKeyGet(0),
    appKeyGet(0x111),
    keyRefreshPhaseGet(0),
    modelAppGet(address, SERVER),
    publicationGet(address, SERVER),
    subscriptionGet(address, SERVER),
    defaultTtlGet(),
    relayGet(),
    heartbeatPublicationGet(),
  ];
  // Who does not know how far a key refresh has come tries the old key, then the new one.
  const newKey = config.tryToAsk(defaultTtlGet(), { newKey: false, timeoutMs: 1000 }) === undefined;
  const answers = questions.map((question) => JSON.stringify(config.ask(question, { newKey })));
  const keys = node.storage.keys().filter((key) => key.startsWith("net.") || key.startsWith("app."));
  const stored = keys.sort().map((key) => `${key} ${toHex(node.storage.read(key) ?? new Uint8Array(0))}`);
  return [...answers, ...stored].join("\n");
}

function prepared({ prepare = [] }: Procedure): { home: Home; lamp: Member } {
  const home = new Home();
  const lamp = home.add("lamp", { address: ADDRESS });
  home.equip(lamp);
  for (const message of prepare) home.mustSucceed(lamp.config.ask(message));
  if (prepare.some((message) => message[0] === 0x80 && message[1] === 0x45)) {
    home.peer.keys.refreshNetKey(0, NEW_KEY);
  }
  home.pass(6000);
  return { home, lamp };
}

/** Do it, whatever happens to the power; answers whether that was cut. */
function act(home: Home, lamp: Member, message: Uint8Array): boolean {
  try {
    lamp.config.tryToAsk(message, { timeoutMs: 1500 });
    home.pass(6000);
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}

export const suite: Suite = ({ test, equal, ok }) => {
  for (const procedure of PROCEDURES) {
    test(`${procedure.name}: a cut at each write leaves the old state or the new one [T-B8]`, () => {
      const whole = prepared(procedure);
      const before = stateOf(whole.lamp);
      act(whole.home, whole.lamp, procedure.message);
      const after = stateOf(whole.lamp);
      ok(before !== after, "it changes something");

      let cuts = 0;
      for (const left of ["old", "new"] as const) {
        for (let at = 1; ; at++) {
          const { home, lamp } = prepared(procedure);
          lamp.node.storage.cutPowerAt(at, left);
          if (!act(home, lamp, procedure.message)) break;
          cuts++;
          home.peer.stop();
          const again = home.restart(lamp);
          home.pass(100);
          const found = stateOf(again);
          ok(
            found === before || found === after,
            `cut ${at}, ${left} record:\n${found}\nis neither\n${before}\nnor\n${after}`,
          );
          if (found !== "unprovisioned") {
            act(home, again, procedure.message);
            home.peer.stop();
            equal(stateOf(again), after, `cut ${at}, ${left} record: done again`);
          }
          equal(home.peer.log.reusedSequenceNumbers(), []);
        }
      }
      ok(cuts > 0, "there was something to cut");
    });
  }

  for (const left of ["old", "new"] as const) {
    test(`a cut at the reservation of sequence numbers, which leaves the ${left} record, repeats none [T-B8]`, () => {
      const { home, lamp } = prepared({ name: "", message: defaultTtlGet() });
      lamp.node.storage.cutPowerAt(1, left);
      let wasCut = false;
      for (let i = 0; i < 600 && !wasCut; i++) wasCut = actOnce(home, lamp);
      ok(wasCut, "it came to a reservation");
      const again = home.restart(lamp);
      for (let i = 0; i < 20; i++) ok(home.look(again.address));
      equal(home.peer.log.reusedSequenceNumbers(), []);
    });
  }
};

/** One message and its answer; whether the power was cut. */
function actOnce(home: Home, lamp: Member): boolean {
  try {
    home.look(lamp.address, 1000);
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}
