/** One simulated device: everything that a platform provides, made of a state folder, the air and a board. */

import { join } from "node:path";
import { toHex } from "../../modules/bytes.js";
import type { Platform, Random } from "../../modules/platform.js";
import { createNobleCrypto } from "../noble-crypto.js";
import type { Air } from "./air.js";
import { SimulatedBoard } from "./board.js";
import { RealClock } from "./clock.js";
import { keepOctets, keptOctets } from "./durable-file.js";
import { EtherAir } from "./ether-air.js";
import type { Report } from "./events.js";
import { HciAir } from "./hci/hci-air.js";
import { type Options, settingsOf } from "./options.js";
import type { SimulatedRadioOptions } from "./radio.js";
import { SecureRandom } from "./random.js";
import { SeededRandom } from "./seeded-random.js";
import { FolderStorage } from "./storage.js";
import { ReportingTrace } from "./trace.js";
import { asUsageError, orStorageFault, orUsageError } from "./usage-error.js";
import { keepUuid } from "./uuid.js";

const ADDRESS_LENGTH = 6;

/** A simulator holds its state folder until it is closed. */
export class Simulator {
  readonly board: SimulatedBoard;
  readonly platform: Platform;
  readonly #options: Options;
  readonly #report: Report;
  readonly #clock = new RealClock();
  readonly #storage: FolderStorage;
  readonly #air: Air;

  /** Takes the state folder. Throws UsageError. */
  constructor(options: Options, report: Report) {
    this.#options = options;
    this.#report = report;
    this.board = new SimulatedBoard(report);
    this.#storage = new FolderStorage(options.state);
    try {
      this.#air = this.#createAir();
      this.platform = this.#createPlatform();
    } catch (error) {
      this.#storage.close();
      throw asUsageError(error, `the state folder ${options.state} cannot be used`);
    }
  }

  /** Join the others, and say what runs. Rejects with UsageError. */
  async open(): Promise<void> {
    const { name, state, settings, seed } = this.#options;
    const engine = this.#options.engine === "xs" ? "xs" : undefined;
    const uuid = toHex(this.platform.deviceUuid);
    await this.#air.open();
    const ether = this.#air.place;
    // Never all settings: some are secrets.
    const [uri, oobInfo] = [settings.get("uri"), settings.get("oob-info")];
    this.#report({ event: "started", name, uuid, state, ether, uri, oobInfo, seed, engine });
    if (seed !== undefined) {
      const message = "--seed: all keys of this device can be predicted; for tests only";
      this.#report({ event: "warning", message });
    }
  }

  /** Leave the air, stop all timers, give the folder back. */
  async close(): Promise<void> {
    this.#clock.close();
    await this.#air.close();
    this.release();
  }

  /** Give the folder back, at once; also after a fault. */
  release(): void {
    this.#storage.close();
  }

  #createPlatform(): Platform {
    const { state, uuid, seed } = this.#options;
    return {
      deviceUuid: keepUuid(state, uuid, createUuidRandom(seed)),
      clock: this.#clock,
      random: createRandom(seed, 0),
      storage: this.#storage,
      radio: this.#air.radio,
      gattServer: this.#air.gattServer,
      crypto: createNobleCrypto(this.#clock),
      board: this.board,
      trace: new ReportingTrace(this.#report),
      settings: settingsOf(this.#options),
    };
  }

  #createAir(): Air {
    const { name, state, seed, ether, radio } = this.#options;
    const path = join(state, "address");
    const note = (message: string): void => this.#report({ event: "ether", message });
    const options: Omit<SimulatedRadioOptions, "medium" | "name"> = {
      clock: this.#clock,
      random: createRandom(seed, 2),
      identity: keptAddress(path),
      keepIdentity: (identity) => keepAddress(path, identity),
      observer: {
        sent: (data, address, kind) => this.#report({ event: "sent", data: toHex(data), address, kind }),
        received: (data, rssi) => this.#report({ event: "received", data: toHex(data), rssi }),
      },
    };
    if (radio === undefined) return new EtherAir(ether, options, note);
    return new HciAir(radio, { ...options, name: new TextEncoder().encode(name) }, note);
  }
}

/** Where a new device's UUID comes from. seed: undefined, if it is not to be repeatable. */
export function createUuidRandom(seed: number | undefined): Random {
  return createRandom(seed, 1);
}

/** stream: so that what one part draws does not depend on how often another part has drawn. */
function createRandom(seed: number | undefined, stream: number): Random {
  return seed === undefined ? new SecureRandom() : new SeededRandom(seed ^ (stream << 24));
}

function keptAddress(path: string): Uint8Array | undefined {
  const what = "an address of 12 hexadecimal digits; remove it, and a new one is drawn";
  return orUsageError(`${path} cannot be read`, () => keptOctets(path, ADDRESS_LENGTH, what));
}

/** At the start, and at each factory reset. */
function keepAddress(path: string, identity: Uint8Array): void {
  orStorageFault(`${path} cannot be written`, () => keepOctets(path, identity));
}
