/** A device that does nothing but what it is told to on its keypad, and says what came of it. For any engine. */

import type { Device } from "../../host/simulator/engine/engine.js";
import { fromHex, toHex } from "../../modules/bytes.js";
import type { Platform } from "../../modules/platform.js";
import { storageContract } from "../host/storage-contract.js";
import { createHarness } from "../support/harness.js";

/** Everything that it says is the `step` of a failure. */
export function probe(platform: Platform): Device {
  const say = (step: string): void =>
    platform.trace.failed({ step, expected: "", came: "", errorCode: undefined, mistake: "none" });
  const { board, radio } = platform;
  return {
    start: () => {
      board.keypad?.listen((line) => obey(platform, line, say));
      board.button?.listen((down) => say(down ? "down" : "up"));
      board.rotary?.listen((steps) => say(`turned ${steps}`));
      radio.open({
        received: (data, rssi) => say(`heard ${toHex(data)} ${typeof rssi}`),
        transmitted: () => say("transmitted"),
      });
      radio.setScanning(true);
      say("started");
    },
    reset: () => say("reset"),
  };
}

function obey(platform: Platform, line: string, say: (text: string) => void): void {
  const [verb = "", argument = ""] = line.split(" ");
  const { storage, settings, radio, board } = platform;
  switch (verb) {
    case "facts":
      say(toHex(platform.deviceUuid));
      say(`${board.display?.columns} ${board.led?.dimmable} ${platform.gattServer === undefined}`);
      say(`${settings.get("name")} ${settings.get("uri")}`);
      return;
    case "storage":
      checkStorage(platform, say);
      return;
    case "write":
      say(`written ${storage.write(argument, octetsOf(line.split(" ")[2]))}`);
      return;
    case "read":
      say(`read ${toHex(storage.read(argument) ?? new Uint8Array(0))}`);
      return;
    case "order":
      showOrder(platform, say);
      return;
    case "timers":
      useTimers(platform, say);
      return;
    case "stale":
      stopTooLate(platform, say);
      return;
    case "random":
      useRandom(platform, say);
      return;
    case "key":
      platform.crypto.publicKey(octetsOf(argument), (key) => say(`key ${key && toHex(key)}`));
      say("computing");
      return;
    case "transmit":
      radio.transmit(octetsOf(argument), "identity");
      say("transmitting");
      return;
    case "loop":
      for (;;) platform.clock.now();
    default:
      say(`typed ${line}`);
  }
}

function octetsOf(digits = ""): Uint8Array {
  return fromHex(digits) ?? new Uint8Array(0);
}

/** Each failure, and how many tests there were. */
function checkStorage({ storage }: Platform, say: (text: string) => void): void {
  let tests = 0;
  const create = () => {
    for (const key of storage.keys()) storage.erase(key);
    return storage;
  };
  const harness = createHarness((name, body) => {
    tests++;
    try {
      body();
    } catch (error) {
      say(`${name}: ${error}`);
    }
  });
  storageContract(create)(harness);
  say(`${tests} tests`);
}

function showOrder({ board, storage, trace }: Platform, say: (text: string) => void): void {
  board.led?.write(1);
  trace.note("node", "complete");
  board.buzzer?.write(true);
  storage.read("nothing");
  board.vibrator?.write(true);
  board.display?.show("Größe 💡");
  storage.keys();
  trace.drop("network", "badMic", new Uint8Array([1, 255]));
  trace.drop("network", "badMic");
  trace.note("node", "provisioned", 0x0100);
  board.buzzer?.write(false);
  board.vibrator?.write(false);
  board.display?.clear();
  board.led?.write(0);
  say("done");
}

function useTimers({ clock }: Platform, say: (text: string) => void): void {
  const begunMs = clock.now();
  const later = clock.createTimer(() => {
    say(`later ${later.running} ${clock.now() - begunMs >= 30}`);
    later.start(0);
    // Its expiry may be on its way already.
    later.stop();
    later.stop();
    last.start(20);
  });
  const last = clock.createTimer(() => say("last"));
  const never = clock.createTimer(() => say("never"));
  const soon = clock.createTimer(() => say("soon"));
  later.start(10);
  later.start(30);
  never.start(0);
  soon.start(0);
  never.stop();
  say(`${later.running} ${never.running} ${soon.running}`);
  for (const delayMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    try {
      never.start(delayMs);
    } catch (error) {
      say(String(error));
    }
  }
}

/** The timer's time is over long before it is stopped. */
function stopTooLate({ clock }: Platform, say: (text: string) => void): void {
  const timer = clock.createTimer(() => say("expired"));
  timer.start(0);
  const endMs = clock.now() + 20;
  while (clock.now() < endMs);
  timer.stop();
  say(`stopped ${timer.running}`);
  timer.start(0);
}

function useRandom({ random }: Platform, say: (text: string) => void): void {
  const target = new Uint8Array(40);
  random.fill(target.subarray(4, 36));
  const drawn = new Set(target.subarray(4, 36));
  say(`${toHex(target.subarray(0, 4))} ${drawn.size > 8} ${toHex(target.subarray(36))}`);
}
