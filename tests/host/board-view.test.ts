import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BoardView } from "../../host/simulator/board-view.js";
import type { SimulatorEvent } from "../../host/simulator/events.js";

const started: SimulatorEvent = {
  event: "started",
  name: "desk",
  uuid: "70cf7c9732a345b691494810d2e9cbf4",
  state: "/state",
  ether: "/ether",
  uri: undefined,
  oobInfo: undefined,
  seed: undefined,
};
const provisioned: SimulatorEvent = { event: "note", layer: "node", name: "provisioned", value: 0x0100 };

describe("The terminal board", () => {
  test("shows the device, its outputs and the steps, in 24 lines of 80 characters", () => {
    assert.deepEqual(
      texts(80, 24, [
        started,
        { event: "led", level: 0xffff },
        { event: "vibrator", on: true },
        { event: "display", text: "1234" },
        { event: "button", down: true },
        { event: "note", layer: "provisioning", name: "waitPublicKey", value: undefined },
        { event: "drop", layer: "pbAdv", reason: "badFcs", pdu: "00" },
        { event: "drop", layer: "pbAdv", reason: "badFcs", pdu: "01" },
        provisioned,
      ]),
      [
        " Fledgling: a simulated Bluetooth Mesh device named desk",
        " UUID     70cf7c97-32a3-45b6-9149-4810d2e9cbf4",
        " State    /state",
        " Ether    /ether",
        "",
        " LED  ● on 100 %    Display  [1234            ]    Button  down",
        " Buzzer  ○ silent     Vibration  ● on",
        "",
        " A node of a network: its address is 0x0100",
        "",
        "     6.0 s  Waiting for the provisioner's public key",
        "     9.0 s  A node of a network: its address is 0x0100",
        ...Array(8).fill(""),
        "",
        " Received and dropped: 2",
        "     8.0 s  Dropped (pbAdv): the check sum is wrong (2 times)",
        " space push   p press   r release   ← → turn   e enter   R new again   q quit",
      ],
    );
  });

  test("keeps the last steps when there are more than fit", () => {
    const steps: SimulatorEvent[] = [...Array(40).keys()].map((at) => ({
      event: "ether",
      message: `step ${at}`,
    }));
    const shown = texts(80, 24, [started, ...steps]).filter((text) => text.includes("step"));
    assert.equal(shown[0], "    30.0 s  step 28");
    assert.equal(shown.at(-1), "    41.0 s  step 39");
  });

  test("fits every size of screen, and the keys stay in sight", () => {
    for (const rows of [1, 2, 5, 10, 24, 60]) {
      for (const columns of [1, 10, 40, 80, 200]) {
        const lines = texts(columns, rows, [started, provisioned]);
        assert.equal(lines.length, rows);
        for (const line of lines) assert.ok(line.length <= columns);
        const keys = " space push   p press   r release".slice(0, columns - 1).trimEnd();
        assert.ok(lines.at(-1)?.startsWith(keys), lines.at(-1));
      }
    }
  });

  test("never passes on control characters, whatever it is told", () => {
    const lines = texts(80, 24, [started, { event: "display", text: "\u001b[2J\u009b" }]);
    assert.equal(lines[5], " LED  ○ off         Display  [?[2J?           ]    Button  up");
  });

  test("shows what lights, sounds and shakes, and what does no longer", () => {
    const on: SimulatorEvent[] = [
      { event: "led", level: 1 },
      { event: "buzzer", on: true },
      { event: "vibrator", on: true },
    ];
    const off: SimulatorEvent[] = [
      { event: "led", level: 0 },
      { event: "buzzer", on: false },
      { event: "vibrator", on: false },
    ];
    const outputs = (events: readonly SimulatorEvent[]) => texts(80, 24, [started, ...events]).slice(5, 7);
    assert.match(outputs(on).join(), /● on {3}1 %.*● sounds.*● on$/);
    assert.match(outputs([...on, ...off]).join(), /○ off.*○ silent.*○ off$/);
  });

  test("asks before it forgets", () => {
    const view = new BoardView();
    view.prompt = { name: "reset" };
    const last = view.lines(80, 24).at(-1)?.text;
    assert.equal(last, " Forget the network and all keys, and be new again?   y yes   n no");
  });

  test("shows a line for the keypad while it is typed", () => {
    const view = new BoardView();
    view.prompt = { name: "entry", text: "12" };
    assert.equal(view.lines(80, 24).at(-1)?.text, " Keypad: 12_   Enter done   Escape give up");
  });

  test("is drawn anew only when something in it has changed", () => {
    const view = new BoardView();
    assert.equal(view.add({ event: "received", data: "00", rssi: -50 }, 0), false);
    assert.equal(view.add({ event: "note", layer: "pbAdv", name: "retransmitting", value: 1 }, 0), false);
    assert.equal(view.add(provisioned, 0), true);
  });
});

/** The lines after these events, one a second, without the blanks at their ends. */
function texts(columns: number, rows: number, events: readonly SimulatorEvent[]): readonly string[] {
  const view = new BoardView();
  for (const [second, event] of events.entries()) view.add(event, second + 1);
  return view.lines(columns, rows).map(({ text }) => text.trimEnd());
}
