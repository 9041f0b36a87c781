/** A portable suite on XS: every test runs at once, and its result leaves the worker before the next begins. */

import { createHarness, type Suite } from "./harness.js";

/** One test's result, or the end of the suite, as the worker tells it. */
export type XsReport =
  | { readonly name: string; readonly failure: string | undefined }
  | { readonly finished: true };

/** The worker's one way out: a message that it waits to see answered. */
declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

/** Run a suite in the worker, reporting each test. */
export function runOnXs(suite: Suite): void {
  suite(createHarness((name, body) => report({ name, failure: failureOf(body) })));
  report({ finished: true });
}

function failureOf(body: () => void): string | undefined {
  try {
    body();
  } catch (error) {
    return error instanceof Error ? (error.stack ?? String(error)) : String(error);
  }
  return undefined;
}

/** As UTF-16: XS has no encoder of its own. */
function report(message: XsReport): void {
  const text = JSON.stringify(message);
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  issueCommand(units.buffer);
}
