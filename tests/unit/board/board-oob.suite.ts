/** A person and a board: values shown and entered as MshPRT 5.4.2.4.3 and 5.4.2.4.4 say. */

import { Purpose } from "../../../modules/board/purpose.js";
import { SharedButton } from "../../../modules/board/shared-button.js";
import { SharedLight } from "../../../modules/board/shared-light.js";
import { InputAction, OutputAction } from "../../../modules/oob-actions.js";
import type { Board } from "../../../modules/platform.js";
import { BoardOob } from "../../../modules/provisioning/board-oob.js";
import type { Suite } from "../../support/harness.js";
import { FakeBoard } from "./fake-board.js";

/** A lamp that is lit, on a board that lacks some of its parts. */
function lampOn(fake: FakeBoard, without: Partial<Board> = {}) {
  const { led, buzzer, vibrator, rotary, keypad, display } = fake;
  const board: Board = { led, button: fake.button, buzzer, vibrator, rotary, keypad, display, ...without };
  const light = new SharedLight(led);
  const button = new SharedButton(fake.button);
  button.layer(Purpose.Product).listen((down) => fake.note(`product ${down ? "down" : "up"}`));
  light.layer(Purpose.Product).write(7);
  const oob = new BoardOob({
    clock: fake.clock,
    board,
    light: light.layer(Purpose.Oob),
    button: button.layer(Purpose.Oob),
  });
  fake.after(0);
  return oob;
}

/** A board with everything, and what was entered on it. */
function lamp() {
  const board = new FakeBoard();
  const oob = lampOn(board);
  const ask = (action: InputAction, size: number) =>
    oob.input(action, size, (value) =>
      board.note(typeof value === "number" ? `entered ${value}` : `entered "${value}"`),
    );
  const push = (times: number) => {
    for (let i = 0; i < times; i++) board.hold(0);
  };
  return { board, oob, ask, push };
}

const OUTPUTS = Object.values(OutputAction);
const INPUTS = Object.values(InputAction);

const NOTHING_MORE = {
  buzzer: undefined,
  vibrator: undefined,
  rotary: undefined,
  keypad: undefined,
  display: undefined,
};

export const suite: Suite = ({ test, equal, throws }) => {
  test("The actions are those that the board has the parts for", () => {
    const { oob } = lamp();
    equal([oob.outputActions, oob.inputActions], [0b11111, 0b1111]);
    const bare = lampOn(new FakeBoard(), NOTHING_MORE);
    equal([bare.outputActions, bare.inputActions], [0b00001, 0b0001]);
    const nothing = lampOn(new FakeBoard(), { ...NOTHING_MORE, led: undefined, button: undefined });
    equal([nothing.outputActions, nothing.inputActions], [0, 0]);
    const { buzzer, vibrator, rotary, keypad, display } = new FakeBoard();
    equal(lampOn(new FakeBoard(), { ...NOTHING_MORE, buzzer }).outputActions, 0b00011);
    equal(lampOn(new FakeBoard(), { ...NOTHING_MORE, vibrator }).outputActions, 0b00101);
    equal(lampOn(new FakeBoard(), { ...NOTHING_MORE, display }).outputActions, 0b11001);
    equal(lampOn(new FakeBoard(), { ...NOTHING_MORE, rotary }).inputActions, 0b0011);
    equal(lampOn(new FakeBoard(), { ...NOTHING_MORE, keypad }).inputActions, 0b1101);
  });

  test("A display too narrow for eight characters shows no values", () => {
    equal(lampOn(new FakeBoard(7)).outputActions, 0b00111);
    equal(lampOn(new FakeBoard(8)).outputActions, 0b11111);
  });

  test("What the board cannot do is refused, and what is shown goes on", () => {
    const board = new FakeBoard();
    const oob = lampOn(board, NOTHING_MORE);
    oob.output(OutputAction.Blink, 1);
    for (const action of OUTPUTS.slice(1)) throws(() => oob.output(action, 1));
    for (const action of INPUTS.slice(1)) throws(() => oob.input(action, 1, () => {}));
    equal(board.after(500), ["0 led 0", "500 led 65535"]);
  });

  test("Blink, beep and vibrate: so many pulses, again and again", () => {
    for (const [action, on, off, end] of [
      [OutputAction.Blink, "led 65535", "led 0", ["6500 led 0", "6500 led 7"]],
      [OutputAction.Beep, "buzzer on", "buzzer off", ["6500 buzzer off"]],
      [OutputAction.Vibrate, "vibrator on", "vibrator off", ["6500 vibrator off"]],
    ] as const) {
      const { board, oob } = lamp();
      oob.output(action, 2);
      equal(board.after(6_500), [
        `0 ${off}`,
        `500 ${on}`,
        `1000 ${off}`,
        `1500 ${on}`,
        `2000 ${off}`,
        `5500 ${on}`,
        `6000 ${off}`,
        `6500 ${on}`,
      ]);
      oob.cancel();
      equal(board.after(20_000), end);
    }
  });

  test("Pulses that are cancelled at any moment leave the lamp as the product has it", () => {
    for (const moment of [0, 499, 500, 999, 1_000, 4_999]) {
      const { board, oob } = lamp();
      oob.output(OutputAction.Blink, 1);
      board.after(moment);
      oob.cancel();
      equal(board.after(20_000).at(-1), `${moment} led 7`, `at ${moment}`);
    }
  });

  test("Digits and text stand on the display as they are given, until cancelled", () => {
    const { board, oob } = lamp();
    oob.output(OutputAction.Numeric, "019655");
    equal(board.text, "019655");
    equal(board.after(200_000), []);
    equal(board.text, "019655");
    oob.output(OutputAction.Alphanumeric, "0A1B2C3D");
    equal(board.text, "0A1B2C3D");
    oob.output(OutputAction.Numeric, 42);
    equal(board.text, "42");
    oob.cancel();
    equal(board.text, "");
  });

  test("A cancel without a task does not touch what others show", () => {
    const { board, oob } = lamp();
    board.display.show("hello");
    oob.cancel();
    equal([board.text, board.after(20_000)], ["hello", []]);
  });

  test("Pushes: counted when the button goes down, entered after 5 s of quiet, once", () => {
    const { board, ask } = lamp();
    ask(InputAction.Push, 1);
    equal(board.text, "Push the button");
    equal(board.after(100_000), []);
    equal(board.hold(4_999), []);
    equal(board.hold(200), []);
    equal(board.hold(4_999), []);
    equal(board.text, "Push the button");
    equal(board.after(1), ["110199 entered 3"]);
    equal(board.text, "");
    equal(board.hold(0), ["110199 product down", "110199 product up"]);
    equal(board.after(20_000), []);
  });

  test("A push that began before the question does not count; the product hears its end", () => {
    const { board, ask } = lamp();
    board.push(true);
    ask(InputAction.Push, 1);
    board.push(false);
    equal(board.after(20_000), ["0 product down", "0 product up"]);
  });

  test("Turns: every step counts, either way", () => {
    const { board, ask } = lamp();
    ask(InputAction.Twist, 1);
    equal(board.text, "Turn the knob");
    for (const steps of [1, 2, 0, -3]) board.turn(steps);
    equal(board.after(5_000), ["5000 entered 6"]);
    board.turn(1);
    equal(board.after(20_000), []);
  });

  test("A count beyond the agreed digits is not entered: the person begins again", () => {
    const { board, ask, push } = lamp();
    ask(InputAction.Push, 1);
    push(10);
    equal(board.after(5_000), []);
    equal(board.text, "Again: 1 to 9");
    push(9);
    equal(board.after(5_000), ["10000 entered 9"]);
    ask(InputAction.Twist, 2);
    board.turn(100);
    equal(board.after(5_000), []);
    equal(board.text, "Again: 1 to 99");
    board.turn(-99);
    equal(board.after(5_000), ["20000 entered 99"]);
  });

  test("A number: one to so many digits, zeros in front allowed", () => {
    for (const [size, line, value] of [
      [1, "0", 0],
      [1, "9", 9],
      [6, "019655", 19_655],
      [6, "7", 7],
      [8, "99999999", 99_999_999],
    ] as const) {
      const { board, ask } = lamp();
      ask(InputAction.Numeric, size);
      equal(board.text, size === 1 ? "Enter 1 digit" : `Enter ${size} digits`);
      board.enter(line);
      equal(board.after(0), [`0 entered ${value}`]);
      equal(board.text, "");
      board.enter(line);
      equal(board.after(20_000), []);
    }
  });

  test("A line that is no number is not entered: the person may try again", () => {
    const { board, ask } = lamp();
    ask(InputAction.Numeric, 4);
    for (const line of [
      "",
      "12345",
      "00012",
      "12a",
      "-123",
      "+123",
      "1.5",
      " 123",
      "123\n",
      "1e3",
      "0x12",
      "١٢",
    ]) {
      board.enter(line);
      equal(board.after(20_000), [], line);
      equal(board.text, "Again: 4 digits", line);
    }
    board.enter("0012");
    equal(board.after(0), ["240000 entered 12"]);
  });

  test("A text: letters and digits, their case kept", () => {
    for (const line of ["A", "0a1B2c3D", "00000000", "zZ9"]) {
      const { board, ask } = lamp();
      ask(InputAction.Alphanumeric, 8);
      equal(board.text, "Text: at most 8");
      board.enter(line);
      equal(board.after(0), [`0 entered "${line}"`]);
    }
  });

  test("A line that is no such text is not entered", () => {
    const { board, ask } = lamp();
    ask(InputAction.Alphanumeric, 3);
    for (const line of ["", "ABCD", "A B", "A-B", "Ä", "AB\n", "\0", "ſ"]) {
      board.enter(line);
      equal(board.after(20_000), [], line);
      equal(board.text, "Again: at most 3", line);
    }
    board.enter("AbC");
    equal(board.after(0), ['160000 entered "AbC"']);
  });

  test("Only what is asked for is heard", () => {
    for (const asked of INPUTS) {
      const { board, ask, push } = lamp();
      ask(asked, 8);
      if (asked !== InputAction.Push) push(1);
      if (asked !== InputAction.Twist) board.turn(1);
      if (asked === InputAction.Push || asked === InputAction.Twist) board.enter("1");
      equal(
        board.after(20_000).filter((line) => line.includes("entered")),
        [],
        `action ${asked}`,
      );
    }
  });

  test("What was done before the question, or after cancel, is not entered", () => {
    for (const asked of INPUTS) {
      const { board, oob, ask, push } = lamp();
      const act = () => {
        push(1);
        board.turn(1);
        board.enter("1");
      };
      act();
      ask(asked, 1);
      oob.cancel();
      act();
      equal(board.text, "", `action ${asked}`);
      equal(
        board.after(20_000).filter((line) => line.includes("entered")),
        [],
        `action ${asked}`,
      );
    }
  });

  test("A count that is cancelled at any moment is forgotten, also for the next question", () => {
    for (const moment of [0, 1, 4_999]) {
      const { board, oob, ask, push } = lamp();
      ask(InputAction.Push, 1);
      push(2);
      board.after(moment);
      oob.cancel();
      oob.cancel();
      ask(InputAction.Push, 1);
      equal(board.after(20_000), [], `after ${moment}`);
      push(1);
      equal(board.after(5_000), [`${moment + 25_000} entered 1`], `after ${moment}`);
    }
  });

  test("A new question or value takes the place of the old one", () => {
    const { board, oob, ask, push } = lamp();
    ask(InputAction.Push, 1);
    push(3);
    ask(InputAction.Numeric, 2);
    equal(board.text, "Enter 2 digits");
    equal(board.hold(0), ["0 product down", "0 product up"]);
    equal(board.after(20_000), []);
    oob.output(OutputAction.Blink, 1);
    equal(board.text, "");
    board.enter("12");
    equal(board.after(500), ["20000 led 0", "20500 led 65535"]);
    ask(InputAction.Alphanumeric, 2);
    equal(board.after(20_000), ["20500 led 0", "20500 led 7"]);
    board.enter("12");
    equal(board.after(0), ['40500 entered "12"']);
  });

  test("Who is told the value may ask again, or cancel, at once", () => {
    const board = new FakeBoard();
    const oob = lampOn(board);
    oob.input(InputAction.Numeric, 1, (first) => {
      board.note(`first ${first}`);
      oob.input(InputAction.Numeric, 1, (second) => {
        board.note(`second ${second}`);
        oob.cancel();
      });
    });
    board.enter("1");
    equal(board.text, "Enter 1 digit");
    board.enter("2");
    board.enter("3");
    equal(board.after(20_000), ["0 first 1", "0 second 2"]);
    equal(board.text, "");
  });

  test("A bare board asks by its button alone", () => {
    const board = new FakeBoard();
    const oob = lampOn(board, NOTHING_MORE);
    oob.input(InputAction.Push, 1, (value) => board.note(`entered ${value}`));
    board.hold(0);
    equal(board.after(5_000), ["5000 entered 1"]);
    equal(board.text, "");
  });
};
