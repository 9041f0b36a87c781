/** LED and button of the boards, on pins of a double: what the table says, what settings say instead. */

import { PinBoard, readBoardFacts } from "../../host/xs/board.js";
import { type BoardFacts, Boards, type LedFacts } from "../../host/xs/boards.js";
import { PinButton } from "../../host/xs/button.js";
import { FaultLight } from "../../host/xs/fault-light.js";
import { openLed } from "../../host/xs/led.js";
import type { InputPin, OutputPin, Pins, Pixel, PwmPin } from "../../host/xs/pins.js";
import type { Settings } from "../../modules/platform.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";

/** A chip whose pins write down what becomes of them; pin 40 is not there. */
class FakePins implements Pins {
  readonly log: string[] = [];
  /** Of the input: where contacts or a finger have put it. */
  level: 0 | 1 = 1;
  changed: () => void = () => {};
  readonly openPixel: ((pin: number) => Pixel) | undefined;
  readonly #pwm: { readonly full: number; readonly isHigh: boolean };

  constructor({ full = 1023, isHigh = true, hasPixel = true } = {}) {
    this.#pwm = { full, isHigh };
    if (hasPixel)
      this.openPixel = (pin) => ({ write: (brightness) => this.log.push(`pixel ${pin} ${brightness}`) });
  }

  openOutput(pin: number, value: 0 | 1): OutputPin {
    if (pin === 40) throw new Error("invalid pin");
    this.log.push(`open ${pin} ${value}`);
    return { write: (written) => this.log.push(`pin ${pin} ${written}`) };
  }

  openPwm(pin: number): PwmPin {
    return { ...this.#pwm, write: (value) => this.log.push(`pwm ${pin} ${value}`) };
  }

  openInput(pin: number, pull: "up" | "down", changed: () => void): InputPin {
    if (pin === 40) throw new Error("invalid pin");
    this.log.push(`pull ${pin} ${pull}`);
    this.changed = changed;
    return { read: () => this.level };
  }

  /** The level changes, and the chip says so. */
  edge(level: 0 | 1): void {
    this.level = level;
    this.changed();
  }

  /** What has happened since the last time. */
  take(): readonly string[] {
    return this.log.splice(0);
  }
}

function settingsOf(settings: Readonly<Record<string, string>>): Settings {
  return { get: (name) => settings[name] };
}

function factsWith(settings: Readonly<Record<string, string>>): BoardFacts {
  return readBoardFacts(settingsOf(settings));
}

/** What is wrong with settings. */
function fault(settings: Readonly<Record<string, string>>): string {
  try {
    factsWith(settings);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "nothing";
}

function led(
  pins: FakePins,
  kind: LedFacts["kind"],
  activeLow: boolean,
): (level: number) => readonly string[] {
  const light = openLed(pins, { pin: 5, kind, activeLow });
  return (level) => {
    light.write(level);
    return pins.take();
  };
}

export const suite: Suite = ({ test, equal, throws }) => {
  test("a switched LED is dark from the first moment on, and lit by every level but 0", () => {
    const pins = new FakePins();
    const high = led(pins, "switched", false);
    equal(pins.take(), ["open 5 0"]);
    equal([high(0xffff), high(1), high(0)], [["pin 5 1"], ["pin 5 1"], ["pin 5 0"]]);
    const low = led(pins, "switched", true);
    equal(pins.take(), ["open 5 1"]);
    equal([low(0xffff), low(1), low(0)], [["pin 5 0"], ["pin 5 0"], ["pin 5 1"]]);
  });

  test("a dimmed LED has the level's part of the time, whichever way LED and chip count", () => {
    for (const isHigh of [true, false]) {
      for (const activeLow of [true, false]) {
        const pins = new FakePins({ full: 1024, isHigh });
        const write = led(pins, "dimmed", activeLow);
        const isInverse = isHigh === activeLow;
        const of = (lit: number): readonly string[] => [`pwm 5 ${isInverse ? 1024 - lit : lit}`];
        equal(pins.take(), of(0), "dark at once");
        equal([write(0xffff), write(0x8000), write(1), write(0)], [of(1024), of(512), of(1), of(0)]);
      }
    }
  });

  test("a pixel is never brighter than one can look at", () => {
    const pins = new FakePins();
    const write = led(pins, "pixel", false);
    equal(pins.take(), ["pixel 5 0"]);
    equal([write(0xffff), write(0x8000), write(1), write(0)].flat(), [
      "pixel 5 48",
      "pixel 5 24",
      "pixel 5 1",
      "pixel 5 0",
    ]);
    throws(() => openLed(new FakePins({ hasPixel: false }), { pin: 5, kind: "pixel", activeLow: false }));
  });

  test("only what can be dimmed says that it can", () => {
    const kinds = ["switched", "dimmed", "pixel"] as const;
    const dimmable = kinds.map((kind) => openLed(new FakePins(), { pin: 5, kind, activeLow: true }).dimmable);
    equal(dimmable, [false, true, true]);
  });

  test("a button is told at once, and what bounces within 25 ms is not", () => {
    const pins = new FakePins();
    const clock = new FakeClock();
    const heard: string[] = [];
    new PinButton(pins, clock, { pin: 11, activeLow: true }).listen((down) =>
      heard.push(`${clock.now()} ${down ? "down" : "up"}`),
    );
    equal(pins.take(), ["pull 11 up"]);
    pins.edge(0);
    for (const level of [1, 0, 1, 0] as const) {
      clock.advance(2);
      pins.edge(level);
    }
    clock.advance(92);
    pins.edge(1);
    clock.advance(3);
    pins.edge(0);
    clock.advance(3);
    pins.edge(1);
    clock.advance(100);
    equal(heard, ["0 down", "100 up"]);
  });

  test("a push that is over before the contacts have settled is still a push", () => {
    const pins = new FakePins();
    const clock = new FakeClock();
    const heard: string[] = [];
    new PinButton(pins, clock, { pin: 11, activeLow: true }).listen((down) =>
      heard.push(`${clock.now()} ${down ? "down" : "up"}`),
    );
    pins.edge(0);
    clock.advance(10);
    pins.edge(1);
    clock.advance(1000);
    equal(heard, ["0 down", "25 up"]);
  });

  test("an edge that leads nowhere says nothing", () => {
    const pins = new FakePins();
    const heard: boolean[] = [];
    new PinButton(pins, new FakeClock(), { pin: 11, activeLow: true }).listen((down) => heard.push(down));
    pins.edge(1);
    equal(heard, []);
  });

  test("a button that switches to high is pulled down", () => {
    const pins = new FakePins();
    pins.level = 0;
    const heard: boolean[] = [];
    new PinButton(pins, new FakeClock(), { pin: 3, activeLow: false }).listen((down) => heard.push(down));
    pins.edge(1);
    equal([pins.take(), heard], [["pull 3 down"], [true]]);
  });

  test("a button held at the start is heard from its next push on", () => {
    const pins = new FakePins();
    pins.level = 0;
    const clock = new FakeClock();
    const heard: boolean[] = [];
    new PinButton(pins, clock, { pin: 0, activeLow: true }).listen((down) => heard.push(down));
    pins.edge(1);
    clock.advance(100);
    equal(heard, []);
    pins.edge(0);
    clock.advance(100);
    pins.edge(1);
    equal(heard, [true, false]);
  });

  test("each board of the table opens, with what it has", () => {
    const opened = Object.keys(Boards).map((board) => {
      const pins = new FakePins();
      const { led: light, button } = new PinBoard({
        pins,
        clock: new FakeClock(),
        facts: factsWith({ board }),
      });
      return [board, light !== undefined, button !== undefined, ...pins.take()];
    });
    equal(opened, [
      ["nrf52/dk", true, true, "open 13 1", "pull 11 up"],
      ["nrf52/xiao", true, false, "open 6 1"],
      ["esp32/nodemcu", true, true, "open 2 0", "pull 0 up"],
      ["esp32/esp32c3", true, true, "pixel 8 0", "pull 9 up"],
      ["esp32/esp32s3", true, true, "pixel 48 0", "pull 0 up"],
    ]);
  });

  test("settings say what the table does not know", () => {
    const wired = { pin: 7, kind: "switched", activeLow: false };
    equal(factsWith({}), { led: undefined, button: undefined });
    equal(factsWith({ board: "esp32/esp32c3", "led-pin": "7" }).led, wired, "an LED that somebody has wired");
    equal(factsWith({ "led-pin": "8", "led-kind": "dimmed" }).led?.pin, 8);
    equal(factsWith({ "led-pin": "7", "led-kind": "dimmed" }).led, { ...wired, kind: "dimmed" });
    equal(factsWith({ "led-pin": "7", "led-active-low": "true" }).led, { ...wired, activeLow: true });
    equal(factsWith({ board: "nrf52/dk", "led-pin": "13" }).led?.activeLow, true, "the board's own");
    equal(factsWith({ board: "nrf52/dk", "led-kind": "dimmed" }).led, {
      pin: 13,
      kind: "dimmed",
      activeLow: true,
    });
    equal(factsWith({ board: "nrf52/dk", "led-pin": "none", "button-pin": "none" }), {
      led: undefined,
      button: undefined,
    });
    equal(factsWith({ board: "nrf52/xiao", "button-pin": "2" }).button, { pin: 2, activeLow: true });
    equal(factsWith({ "button-pin": "63", "button-active-low": "false" }).button, {
      pin: 63,
      activeLow: false,
    });
  });

  test("a setting that makes no sense is one line", () => {
    const boards = Object.keys(Boards).join(", ");
    equal(fault({ board: "nrf52/pdk" }), `board: "nrf52/pdk" is none of ${boards}`);
    equal(fault({ board: "toString" }), `board: "toString" is none of ${boards}`);
    for (const pin of ["", "64", "-1", "1.5", "7 ", "0x7", "100", "063", "NONE"]) {
      equal(fault({ "led-pin": pin }), `led-pin: "${pin}" is neither a pin from 0 to 63 nor none`);
      equal(fault({ "button-pin": pin }), `button-pin: "${pin}" is neither a pin from 0 to 63 nor none`);
    }
    equal(fault({ "led-pin": "7", "led-kind": "rgb" }), 'led-kind: "rgb" is none of switched, dimmed, pixel');
    equal(fault({ "led-pin": "7", "led-active-low": "1" }), 'led-active-low: "1" is neither true nor false');
    equal(
      fault({ "button-pin": "7", "button-active-low": "yes" }),
      'button-active-low: "yes" is neither true nor false',
    );
  });

  test("a pin that the chip refuses is named", () => {
    for (const name of ["led-pin", "button-pin"]) {
      const facts = factsWith({ [name]: "40" });
      let message = "";
      try {
        new PinBoard({ pins: new FakePins(), clock: new FakeClock(), facts });
      } catch (error) {
        if (error instanceof Error) message = error.message;
      }
      equal(message, `${name}: 40: invalid pin`);
    }
  });

  test("a device that cannot start flashes shortly each second, as soon as it has an LED", () => {
    const clock = new FakeClock();
    const fault = new FaultLight(clock);
    fault.start();
    clock.advance(500);
    const diary: string[] = [];
    fault.attach({ dimmable: false, write: (level) => diary.push(`${clock.now()} ${level}`) });
    clock.advance(1600);
    equal(diary, ["1000 65535", "1050 0", "2000 65535", "2050 0"]);
  });
};
