/** What the user can put right: `message` is one line that says what is wrong. Shown without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
