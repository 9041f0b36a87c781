/** One LED for everything: who is seen, and what pulses and attention look like. */

import { AttentionLight } from "../../../modules/board/attention-light.js";
import { Pulses } from "../../../modules/board/pulses.js";
import { Purpose } from "../../../modules/board/purpose.js";
import { LightLevel, SharedLight } from "../../../modules/board/shared-light.js";
import type { Suite } from "../../support/harness.js";
import { FakeBoard } from "./fake-board.js";

export const suite: Suite = ({ test, equal, throws }) => {
  test("The highest purpose that wants the LED is seen; what is below changes unseen", () => {
    const board = new FakeBoard();
    const light = new SharedLight(board.led);
    const product = light.layer(Purpose.Product);
    const attention = light.layer(Purpose.Attention);
    const reset = light.layer(Purpose.Reset);
    equal(board.after(0), []);
    product.write(100);
    reset.write(0);
    attention.write(300);
    product.write(200);
    equal(board.after(0), ["0 led 100", "0 led 0"]);
    reset.release();
    equal(board.after(0), ["0 led 300"]);
    attention.release();
    attention.release();
    equal(board.after(0), ["0 led 200"]);
    product.release();
    equal(board.after(0), ["0 led 0"]);
  });

  test("A lower purpose that ends is not noticed, and a level is written once", () => {
    const board = new FakeBoard();
    const light = new SharedLight(board.led);
    const [product, attention] = [light.layer(Purpose.Product), light.layer(Purpose.Attention)];
    product.write(5);
    attention.write(7);
    attention.write(7);
    product.release();
    equal(board.after(0), ["0 led 5", "0 led 7"]);
    attention.release();
    equal(board.after(0), ["0 led 0"]);
  });

  test("A layer of a lamp that only switches says so", () => {
    const light = new SharedLight({ dimmable: false, write: () => {} });
    equal(light.layer(Purpose.Product).dimmable, false);
  });

  test("Without an LED nothing is seen, and nothing fails", () => {
    const layer = new SharedLight(undefined).layer(Purpose.Product);
    layer.write(LightLevel.Full);
    layer.release();
    equal(layer.dimmable, false);
  });

  test("Attention: 200 ms on, 200 ms off, until it is stopped", () => {
    const board = new FakeBoard();
    const light = new SharedLight(board.led);
    const attention = new AttentionLight(board.clock, light.layer(Purpose.Attention));
    light.layer(Purpose.Product).write(9);
    attention.start();
    equal(board.after(600), ["0 led 9", "0 led 65535", "200 led 0", "400 led 65535", "600 led 0"]);
    board.clock.advance(100);
    attention.start();
    equal(board.after(100), ["800 led 65535"]);
    attention.stop();
    attention.stop();
    equal(board.after(5_000), ["800 led 9"]);
    attention.start();
    equal(board.after(0), ["5800 led 65535"]);
  });

  test("Three pulses: 500 ms on and off after 500 ms of off, and 3 s between rounds", () => {
    const board = new FakeBoard();
    const pulses = new Pulses(board.clock);
    pulses.start(board.buzzer, 3);
    equal(board.after(2_999), [
      "0 buzzer off",
      "500 buzzer on",
      "1000 buzzer off",
      "1500 buzzer on",
      "2000 buzzer off",
      "2500 buzzer on",
    ]);
    // The third pulse's own 500 ms of off, and the pause.
    equal(board.after(3_501), ["3000 buzzer off", "6500 buzzer on"]);
    equal(board.after(2_500), [
      "7000 buzzer off",
      "7500 buzzer on",
      "8000 buzzer off",
      "8500 buzzer on",
      "9000 buzzer off",
    ]);
    equal(board.after(3_500), ["12500 buzzer on"]);
  });

  test("One pulse comes every 4 s", () => {
    const board = new FakeBoard();
    new Pulses(board.clock).start(board.vibrator, 1);
    equal(board.after(4_500), ["0 vibrator off", "500 vibrator on", "1000 vibrator off", "4500 vibrator on"]);
  });

  test("Pulses that are stopped in any phase are off at once and stay off", () => {
    for (const moment of [0, 499, 500, 999, 1_000, 1_500, 2_000, 5_499, 5_500]) {
      const board = new FakeBoard();
      const pulses = new Pulses(board.clock);
      pulses.start(board.buzzer, 2);
      board.after(moment);
      pulses.stop();
      pulses.stop();
      equal(board.after(20_000), [`${moment} buzzer off`], `at ${moment}`);
    }
  });

  test("Pulses that are started anew leave the old sink off and count from the start", () => {
    const board = new FakeBoard();
    const pulses = new Pulses(board.clock);
    pulses.start(board.buzzer, 5);
    board.after(700);
    pulses.start(board.vibrator, 1);
    equal(board.after(4_500), [
      "700 buzzer off",
      "700 vibrator off",
      "1200 vibrator on",
      "1700 vibrator off",
      "5200 vibrator on",
    ]);
  });

  test("No number of pulses: refused, and what runs goes on", () => {
    const board = new FakeBoard();
    const pulses = new Pulses(board.clock);
    pulses.start(board.buzzer, 1);
    for (const count of [0, -1, 1.5, Number.NaN]) throws(() => pulses.start(board.vibrator, count));
    equal(board.after(500), ["0 buzzer off", "500 buzzer on"]);
  });

  test("Full is the highest level that a light has", () => {
    equal([LightLevel.Off, LightLevel.Full], [0, 65_535]);
  });
};
