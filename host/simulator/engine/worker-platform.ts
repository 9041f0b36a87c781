import { toHex } from "../../../modules/bytes.js";
import type { Crypto, Platform, Random, Settings, Storage, Trace } from "../../../modules/platform.js";
import { createNobleCrypto } from "../../noble-crypto.js";
import { type Facts, octetsOf } from "./messages.js";
import { WorkerBoard } from "./worker-board.js";
import { WorkerClock } from "./worker-clock.js";
import type { WorkerHost } from "./worker-host.js";
import { WorkerGattServer, WorkerRadio } from "./worker-radio.js";

/** The simulator's platform, as a node in the worker has it. Only the cryptography is done here, by XS. */
export class WorkerPlatform implements Platform {
  readonly deviceUuid: Uint8Array;
  readonly clock: WorkerClock;
  readonly random: Random;
  readonly storage: Storage;
  readonly radio: WorkerRadio;
  readonly gattServer: WorkerGattServer | undefined;
  readonly crypto: Crypto;
  readonly board: WorkerBoard;
  readonly trace: Trace;
  readonly settings: Settings;

  constructor(host: WorkerHost, facts: Facts) {
    this.deviceUuid = octetsOf(facts.deviceUuid);
    this.clock = new WorkerClock(host);
    this.random = { fill: (target) => target.set(octetsOf(host.ask("random", target.length))) };
    this.storage = createStorage(host);
    this.radio = new WorkerRadio(host);
    this.gattServer = facts.gattServer && new WorkerGattServer(host, facts.gattServer);
    this.crypto = createNobleCrypto(this.clock);
    this.board = new WorkerBoard(host, facts.board);
    this.trace = createTrace(host);
    this.settings = { get: (name) => host.ask("setting", name) };
  }
}

function createStorage(host: WorkerHost): Storage {
  return {
    read: (key) => {
      const value = host.ask("read", key);
      return value === undefined ? undefined : octetsOf(value);
    },
    write: (key, value) => host.ask("write", key, toHex(value)),
    erase: (key) => {
      host.ask("erase", key);
    },
    keys: () => host.ask("keys"),
  };
}

function createTrace(host: WorkerHost): Trace {
  return {
    drop: (layer, reason, pdu) => host.tell("drop", { layer, reason, pdu: pdu && toHex(pdu) }),
    note: (layer, event, value) => host.tell("note", { layer, event, value }),
    failed: (failure) => host.tell("failed", failure),
  };
}
