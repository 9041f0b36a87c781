/** A platform, as the messages of a node in the worker reach it, and what happens to it, as messages. */

import { toHex } from "../../../modules/bytes.js";
import type { Clock, GattListener, GattServer, Platform, Timer } from "../../../modules/platform.js";
import { type BoardFacts, type Calls, type Facts, octetsOf, type Questions } from "./messages.js";
import type { Served, XsWorker } from "./xs-worker.js";

/** Reports that may wait for their turn: as on a board, more are lost. */
const REPORT_ROOM = 64;

/** Serve a platform to the node in a worker, whose listener hears what happens from now on. */
export function servePlatform(platform: Platform, worker: XsWorker): Served {
  const { board } = platform;
  board.button?.listen((down) => worker.tell("pressed", down));
  board.rotary?.listen((steps) => worker.tell("turned", steps));
  board.keypad?.listen((text) => worker.tell("entered", text));
  return { calls: createCalls(platform, worker), questions: createQuestions(platform) };
}

/** What the node has to know before it begins. */
export function factsOf({ deviceUuid, gattServer, board }: Platform): Facts {
  return {
    deviceUuid: toHex(deviceUuid),
    gattServer: gattServer && {
      maxConnections: gattServer.maxConnections,
      swapsLive: gattServer.swapsLive,
    },
    board: boardFacts(board),
  };
}

function boardFacts({ led, buzzer, vibrator, rotary, keypad, display }: Platform["board"]): BoardFacts {
  return {
    dimmable: led?.dimmable ?? false,
    buzzer: buzzer !== undefined,
    vibrator: vibrator !== undefined,
    rotary: rotary !== undefined,
    keypad: keypad !== undefined,
    columns: display?.columns,
  };
}

function createQuestions({ clock, random, storage, settings, gattServer }: Platform): Questions {
  return {
    now: () => clock.now(),
    random: (length) => {
      const octets = new Uint8Array(length);
      random.fill(octets);
      return toHex(octets);
    },
    read: (key) => {
      const value = storage.read(key);
      return value && toHex(value);
    },
    write: (key, value) => storage.write(key, octetsOf(value)),
    erase: (key) => {
      storage.erase(key);
      return true;
    },
    keys: () => storage.keys(),
    setting: (name) => settings.get(name),
    notify: (connection, value) => present(gattServer).notify(connection, octetsOf(value)),
    notificationSize: (connection) => present(gattServer).notificationSize(connection),
  };
}

function createCalls(platform: Platform, worker: XsWorker): Calls {
  const { board, trace } = platform;
  return {
    ...createTimerCalls(platform.clock, worker),
    ...createRadioCalls(platform, worker),
    ...createGattCalls(platform.gattServer, worker),
    light: (level) => board.led?.write(level),
    buzz: (on) => board.buzzer?.write(on),
    vibrate: (on) => board.vibrator?.write(on),
    show: (text) => board.display?.show(text),
    clear: () => board.display?.clear(),
    drop: ({ layer, reason, pdu }) =>
      trace.drop(layer, reason, pdu === undefined ? undefined : octetsOf(pdu)),
    note: ({ layer, event, value }) => trace.note(layer, event, value),
    failed: (failure) => trace.failed(failure),
  };
}

/** One timer for each run: whoever stops or starts it anew in the worker has done with the old run. */
function createTimerCalls(clock: Clock, worker: XsWorker): Pick<Calls, "startTimer" | "stopTimer"> {
  const running = new Map<number, Timer>();
  return {
    startTimer: (run, delayMs) => {
      const timer = clock.createTimer(() => {
        running.delete(run);
        worker.tell("expired", run);
      });
      running.set(run, timer);
      timer.start(delayMs);
    },
    stopTimer: (run) => {
      running.get(run)?.stop();
      running.delete(run);
    },
  };
}

type RadioCalls =
  | "openRadio"
  | "setScanning"
  | "transmit"
  | "setConnectable"
  | "endConnectable"
  | "renewAddress";

function createRadioCalls({ radio, trace }: Platform, worker: XsWorker): Pick<Calls, RadioCalls> {
  return {
    openRadio: () =>
      radio.open({
        received: (data, rssi) => {
          if (worker.waiting < REPORT_ROOM) worker.tell("received", toHex(data), rssi);
          else trace.drop("radio", "noRoom", data);
        },
        transmitted: () => worker.tell("transmitted"),
      }),
    setScanning: (on) => radio.setScanning(on),
    transmit: (data, address) => radio.transmit(octetsOf(data), address),
    setConnectable: ({ data, scanResponse, intervalMs, address }) =>
      radio.setConnectable({
        data: octetsOf(data),
        scanResponse: scanResponse === undefined ? undefined : octetsOf(scanResponse),
        intervalMs,
        address,
      }),
    endConnectable: () => radio.setConnectable(undefined),
    renewAddress: () => radio.renewAddress(),
  };
}

function createGattCalls(
  gattServer: GattServer | undefined,
  worker: XsWorker,
): Pick<Calls, "serve" | "disconnect"> {
  const listeners = new Map<number, GattListener>();
  return {
    serve: ({ service, listener: number }) => {
      // The same object for the same listener, as the server may compare them.
      const listener = listeners.get(number) ?? gattListener(number, worker);
      listeners.set(number, listener);
      present(gattServer).serve(service, listener);
    },
    disconnect: (connection) => present(gattServer).disconnect(connection),
  };
}

function gattListener(number: number, worker: XsWorker): GattListener {
  return {
    connected: (connection) => worker.tell("connected", number, connection),
    disconnected: (connection) => worker.tell("disconnected", number, connection),
    subscribed: (connection, on) => worker.tell("subscribed", number, connection, on),
    written: (connection, value) => worker.tell("written", number, connection, toHex(value)),
    ready: (connection) => worker.tell("ready", number, connection),
    idle: (connection) => worker.tell("idle", number, connection),
  };
}

function present(gattServer: GattServer | undefined): GattServer {
  if (gattServer === undefined) throw new RangeError("this platform has no GATT server");
  return gattServer;
}
