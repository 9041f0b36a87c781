/** One button for everything: who hears a push, what a push is, the hold for factory reset, the counting. */

import { EventCounter } from "../../../modules/board/event-counter.js";
import { Purpose } from "../../../modules/board/purpose.js";
import { listenForPushes } from "../../../modules/board/pushes.js";
import { ResetButton } from "../../../modules/board/reset-button.js";
import { SharedButton } from "../../../modules/board/shared-button.js";
import { SharedLight } from "../../../modules/board/shared-light.js";
import type { Suite } from "../../support/harness.js";
import { FakeBoard } from "./fake-board.js";

/** A shared button whose listeners write down what they hear. */
function sharedButton(board = new FakeBoard()) {
  const button = new SharedButton(board.button);
  const listen = (purpose: Purpose, name: string) => {
    const layer = button.layer(purpose);
    const hear = () => layer.listen((down) => board.note(`${name} ${down ? "down" : "up"}`));
    return { hear, release: () => layer.release() };
  };
  return { board, button, listen };
}

/** A lamp's button: pushes for the product, and the hold for reset, on an LED that is lit by the product. */
function resetButton() {
  const { board, button } = sharedButton();
  const light = new SharedLight(board.led);
  light.layer(Purpose.Product).write(7);
  listenForPushes(button.layer(Purpose.Product), board.clock, () => board.note("pushed"));
  const parts = { clock: board.clock, button, light: light.layer(Purpose.Reset) };
  new ResetButton(parts, () => board.note("reset"));
  board.after(0);
  return board;
}

/** What the LED shows from the first second on, relative to when the button went down. */
function countdown(downMs: number): string[] {
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((second) => [
    `${downMs + second * 1_000} led 65535`,
    `${downMs + second * 1_100} led 0`,
  ]);
}

export const suite: Suite = ({ test, equal }) => {
  test("While a higher purpose listens, the lower one hears nothing", () => {
    const { board, listen } = sharedButton();
    listen(Purpose.Product, "product").hear();
    const oob = listen(Purpose.Oob, "oob");
    equal(board.hold(10), ["0 product down", "10 product up"]);
    oob.hear();
    equal(board.hold(10), ["10 oob down", "20 oob up"]);
    oob.release();
    oob.release();
    equal(board.hold(10), ["20 product down", "30 product up"]);
  });

  test("Who heard it go down hears it come up, whoever asks meanwhile", () => {
    const { board, listen } = sharedButton();
    listen(Purpose.Product, "product").hear();
    const oob = listen(Purpose.Oob, "oob");
    board.push(true);
    oob.hear();
    board.push(false);
    board.push(true);
    oob.release();
    board.push(false);
    equal(board.after(0), ["0 product down", "0 product up", "0 oob down"]);
    board.push(true);
    oob.hear();
    oob.release();
    board.push(false);
    equal(board.after(0), ["0 product down", "0 product up"]);
  });

  test("A listener that is asked for anew does not hear the end of an old push", () => {
    const { board, listen } = sharedButton();
    const oob = listen(Purpose.Oob, "oob");
    oob.hear();
    board.push(true);
    oob.release();
    oob.hear();
    board.push(false);
    equal(board.after(0), ["0 oob down"]);
  });

  test("A button that comes up twice is heard once", () => {
    const { board, listen } = sharedButton();
    listen(Purpose.Product, "product").hear();
    board.hold(0);
    board.push(false);
    equal(board.after(0), []);
  });

  test("Who listens to the button itself hears every change, first", () => {
    const { board, button, listen } = sharedButton();
    button.listen((down) => board.note(`always ${down}`));
    equal(board.hold(0), ["0 always true", "0 always false"]);
    listen(Purpose.Oob, "oob").hear();
    equal(board.hold(0), ["0 always true", "0 oob down", "0 always false", "0 oob up"]);
  });

  test("A push is noticed when the button comes up within a second", () => {
    const board = new FakeBoard();
    listenForPushes(board.button, board.clock, () => board.note("pushed"));
    board.push(false);
    equal(board.after(0), []);
    equal(board.hold(0), ["0 pushed"]);
    board.push(false);
    equal(board.after(0), []);
    equal(board.hold(999), ["999 pushed"]);
    equal(board.hold(1_000), []);
    board.push(false);
    equal(board.after(0), []);
    equal(board.hold(100), ["2099 pushed"]);
  });

  test("A button that is held shows the seconds by longer and longer flashes, and resets after ten", () => {
    const board = resetButton();
    equal(board.hold(9_999), [...countdown(0), "9999 led 7"]);
    board.push(true);
    equal(board.after(10_000), [...countdown(9_999), "19999 led 7", "19999 reset"]);
    equal(board.after(30_000), []);
    board.push(false);
    equal(board.after(30_000), []);
  });

  test("A push and the beginning of a hold are told apart by what is seen", () => {
    const board = resetButton();
    equal(board.hold(999), ["999 pushed"]);
    equal(board.after(20_000), []);
    equal(board.hold(1_000), ["21999 led 65535", "21999 led 7"]);
    equal(board.after(20_000), []);
  });

  test("Let go at any moment, the hold ends and shows the product again; the next begins anew", () => {
    for (const moment of [1_050, 1_100, 1_500, 5_499, 5_500, 9_000, 9_899, 9_900]) {
      const board = resetButton();
      equal(board.hold(moment).at(-1), `${moment} led 7`, `at ${moment}`);
      equal(board.after(20_000), []);
      board.push(true);
      equal(board.after(10_000).at(-1), `${moment + 30_000} reset`, `at ${moment}`);
    }
  });

  test("Each hold resets once, and a repeated down begins the hold anew", () => {
    const board = resetButton();
    board.push(true);
    board.clock.advance(9_000);
    board.push(true);
    equal(board.after(9_999).includes("10000 reset"), false);
    equal(board.after(1), ["19000 led 7", "19000 reset"]);
    board.push(false);
    equal(
      board.hold(10_000).filter((line) => line.endsWith("reset")),
      ["29000 reset"],
    );
  });

  test("The hold is heard while another purpose has the button and the LED", () => {
    const { board, button, listen } = sharedButton();
    const light = new SharedLight(board.led);
    light.layer(Purpose.Oob).write(3);
    listen(Purpose.Oob, "oob").hear();
    new ResetButton({ clock: board.clock, button, light: light.layer(Purpose.Reset) }, () =>
      board.note("reset"),
    );
    equal(board.hold(10_000), [
      "0 led 3",
      "0 oob down",
      ...countdown(0),
      "10000 led 3",
      "10000 reset",
      "10000 oob up",
    ]);
  });

  test("A count is entered after 5 s of quiet, each event beginning them anew", () => {
    const board = new FakeBoard();
    const counter = new EventCounter(board.clock, (count) => board.note(`counted ${count}`));
    equal(board.after(60_000), []);
    counter.add(1);
    equal(board.after(4_999), []);
    counter.add(1);
    equal(board.after(4_999), []);
    counter.add(3);
    equal(board.after(4_999), []);
    equal(board.after(1), ["74998 counted 5"]);
    equal(board.after(60_000), []);
    counter.add(1);
    equal(board.after(5_000), ["139998 counted 1"]);
  });

  test("No event: nothing is entered, and the quiet goes on", () => {
    const board = new FakeBoard();
    const counter = new EventCounter(board.clock, (count) => board.note(`counted ${count}`));
    counter.add(0);
    equal(board.after(60_000), []);
    counter.add(2);
    board.after(4_000);
    counter.add(0);
    equal(board.after(1_000), ["65000 counted 2"]);
  });

  test("A count that is stopped is forgotten", () => {
    const board = new FakeBoard();
    const counter = new EventCounter(board.clock, (count) => board.note(`counted ${count}`));
    counter.add(4);
    board.after(4_999);
    counter.stop();
    counter.stop();
    equal(board.after(60_000), []);
    counter.add(1);
    equal(board.after(5_000), ["69999 counted 1"]);
  });
};
