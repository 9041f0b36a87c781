import { createHarness, type Suite } from "./harness.js";

/** What one test of one line says when it fails; undefined: it passes. */
function verdict(suite: Suite): string | undefined {
  let said: string | undefined;
  const harness = createHarness((_name, body) => {
    try {
      body();
    } catch (error) {
      said = error instanceof Error ? error.message : "not an Error";
    }
  });
  suite(harness);
  return said;
}

function compared(actual: unknown, expected: unknown): string | undefined {
  return verdict(({ test, equal }) => test("", () => equal(actual, expected)));
}

export const suite: Suite = ({ test, equal }) => {
  test("equal values are equal, however deep", () => {
    equal(compared(Number.NaN, Number.NaN), undefined);
    equal(compared(5n, 5n), undefined);
    equal(compared(new Uint8Array([1, 2]), new Uint8Array([1, 2])), undefined);
    equal(compared([{ pdu: new Uint8Array(2) }, []], [{ pdu: new Uint8Array(2) }, []]), undefined);
    equal(compared({ a: 1, b: undefined }, { b: undefined, a: 1 }), undefined);
  });

  test("octets that differ are shown in hexadecimal, with their place", () => {
    const came = [{ pdu: new Uint8Array([0x0a, 0xff]) }];
    const expected = [{ pdu: new Uint8Array([0x0a, 0x0b]) }];
    equal(compared(came, expected), "at [0].pdu: came <0aff>, expected <0a0b>");
    equal(compared(new Uint8Array(1), new Uint8Array(2)), "came <00>, expected <0000>");
  });

  test("what only looks alike is not equal", () => {
    equal(compared("1", 1), 'came "1", expected 1');
    equal(compared(0, -0), "came 0, expected -0");
    equal(compared(1, 1n), "came 1, expected 1n");
    equal(compared(undefined, null), "came undefined, expected null");
    equal(compared([0], new Uint8Array(1)), "came [0], expected <00>");
    equal(compared([1, 2], [1]), "came [1, 2], expected [1]");
    equal(compared({}, { a: undefined }), "came {  }, expected { a: undefined }");
    equal(compared({ a: undefined }, { b: undefined }), "came { a: undefined }, expected { b: undefined }");
    equal(compared(new Map(), new Map()), "came [object Map], expected [object Map]");
  });

  test("a message stands before what was found", () => {
    const said = verdict(({ test: inner, equal: compare }) => inner("", () => compare(1, 2, "NID")));
    equal(said, "NID: came 1, expected 2");
  });

  test("ok and throws fail when nothing is true and nothing is thrown", () => {
    equal(
      verdict(({ test: inner, ok }) => inner("", () => ok(0))),
      "came 0, expected something true",
    );
    equal(
      verdict(({ test: inner, throws }) => inner("", () => throws(() => 1))),
      "nothing was thrown",
    );
    equal(
      verdict(({ test: inner, ok, throws }) => {
        inner("", () => {
          ok(1);
          throws(() => {
            throw new RangeError();
          });
        });
      }),
      undefined,
    );
  });

  test("a test that asserts nothing, or later, fails", () => {
    equal(
      verdict(({ test: inner }) => inner("", () => {})),
      "the test asserts nothing",
    );
    equal(
      verdict(({ test: inner, ok }) => inner("", async () => ok(1))),
      "a portable test is synchronous",
    );
  });
};
