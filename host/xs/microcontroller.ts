/** A program on a microcontroller: the platform is put together, what goes wrong is guarded, and the program runs. */

import type {
  Board,
  Clock,
  GattServer,
  Radio,
  Random,
  Settings,
  Storage,
  Trace,
} from "../../modules/platform.js";
import { PinBoard, readBoardFacts, readTracePin } from "./board.js";
import { BoardTrace } from "./board-trace.js";
import { XsClock } from "./clock.js";
import { createCrypto } from "./crypto.js";
import { FaultLight } from "./fault-light.js";
import { Guard, messageOf } from "./guard.js";
import { GuardedButton, GuardedGattServer, GuardedRadio } from "./guarded.js";
import { countRestart, keepAddress, keptAddress, NodeStorage, readRestarts } from "./host-records.js";
import { deviceUuidOf } from "./identity.js";
import { print, readChipId, restartChip } from "./native-chip.js";
import type { Pins } from "./pins.js";
import type { Program, Runnable } from "./program.js";
import { HardwareRandom } from "./random.js";
import { ConfigSettings } from "./settings.js";

/** What is there before the chip is. clock: an exception of its timers restarts the chip. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly settings: Settings;
}

/** What the radio of a chip needs. */
export interface RadioParts extends Surroundings {
  /** The static random address drawn last, 6 octets, most significant first; undefined: the chip's own counts. */
  readonly identity: Uint8Array | undefined;
  /** To be called with each address that is drawn for good. */
  readonly keepIdentity: (address: Uint8Array) => void;
}

/** The radio as the node has it. */
export interface ChipRadio {
  readonly radio: Radio;
  readonly gattServer: GattServer | undefined;
}

/** What one kind of chip brings. Each throws Error, in one line, when it is not to be had. */
export interface Chip {
  /** Records in flash: the node's, and some of the host's own. */
  openStorage(surroundings: Surroundings): Storage;
  openRadio(parts: RadioParts): ChipRadio;
  readonly pins: Pins;
  /** Octets of what tells this chip from others: what `readChipId` fills. */
  readonly idSize: number;
  /** Print from now on at this pin, where that is not settled before the program starts. */
  readonly openTrace?: (pin: number) => void;
  /** Why it has started, in a few words, where the chip knows. */
  readonly startReason?: () => string;
}

/**
 * Run a program on a chip, for ever. What makes no sense before it starts (a setting, a pin, a chip that does not
 * answer) is told in one line, and the LED flashes shortly each second: the radio stays silent, and no restart helps.
 */
export function runOnChip(chip: Chip, program: Program): void {
  const clock = new XsClock();
  const settings = new ConfigSettings();
  const fault = new FaultLight(clock);
  try {
    // Before all else that can fail, so that it can be told.
    openTrace(chip, settings);
    const board = new PinBoard({ pins: chip.pins, clock, facts: readBoardFacts(settings) });
    fault.attach(board.led);
    compose({ chip, clock, settings, board }, program).start();
  } catch (error) {
    say(`cannot start: ${messageOf(error)}`);
    fault.start();
  }
}

function openTrace(chip: Chip, settings: Settings): void {
  const pin = readTracePin(settings);
  if (pin !== undefined) chip.openTrace?.(pin);
}

interface Parts {
  readonly chip: Chip;
  /** The bare one. */
  readonly clock: Clock;
  readonly settings: Settings;
  readonly board: Board;
}

function compose({ chip, clock: bareClock, settings, board }: Parts, program: Program): Runnable {
  // Before there is a storage, there is nothing to write down.
  let storage: Storage | undefined;
  const guard = new Guard({
    clock: bareClock,
    say,
    restart: (reason) => {
      writeDown(storage, reason);
      restartChip();
    },
  });
  const clock = new XsClock((error) => guard.timer(error));
  const random = new HardwareRandom();
  const trace = new BoardTrace(clock);
  const surroundings = { clock, random, trace, settings };
  const kept = chip.openStorage(surroundings);
  storage = kept;
  sayStart(chip, kept);
  const crypto = createCrypto(clock);
  const deviceUuid = deviceUuidOf(settings, crypto, chipId(chip));
  const { radio, gattServer } = chip.openRadio({
    ...surroundings,
    identity: keptAddress(kept),
    keepIdentity: (address) => {
      if (!keepAddress(kept, address)) trace.note("storage", "writeFailed", address.length);
    },
  });
  const running = program({
    ...surroundings,
    deviceUuid,
    storage: new NodeStorage(kept),
    radio: new GuardedRadio(radio, guard),
    gattServer: gattServer && new GuardedGattServer(gattServer, guard),
    crypto,
    board: guardedBoard(board, guard),
  });
  guard.attach(() => running.closeLinks());
  return running;
}

/** The fault may be the storage's: that keeps nobody from the restart. */
function writeDown(storage: Storage | undefined, reason: string): void {
  try {
    if (storage !== undefined) countRestart(storage, reason);
  } catch (error) {
    say(`the restart is not counted: ${messageOf(error)}`);
  }
}

function guardedBoard({ led, button }: Board, guard: Guard): Board {
  return {
    led,
    button: button && new GuardedButton(button, guard),
    ...{ buzzer: undefined, vibrator: undefined, rotary: undefined, keypad: undefined, display: undefined },
  };
}

function chipId({ idSize }: Chip): Uint8Array {
  const id = new Uint8Array(idSize);
  readChipId(id);
  return id;
}

function sayStart({ startReason }: Chip, storage: Storage): void {
  if (startReason !== undefined) say(`started: ${startReason()}`);
  const { count, reason } = readRestarts(storage);
  if (count > 0) say(`restarted after a fault, ${count} in all; the last one: ${reason}`);
}

function say(line: string): void {
  print(`${line}\n`);
}
