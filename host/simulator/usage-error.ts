/** Errors that a person is told in one line, and how the operating system's become such. */

/** What the user can put right: `message` is one line that says what is wrong. Shown without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The disk failed in a way that leaves no sound state to go on from; the message is one line for the user. */
export class StorageFault extends Error {
  override readonly name = "StorageFault";
}

/** The Bluetooth adapter is gone, or works no longer; the message is one line for the user. */
export class RadioFault extends Error {
  override readonly name = "RadioFault";
}

/** The process in which the node runs was ended by somebody; the message is one line for the user. */
export class EngineFault extends Error {
  override readonly name = "EngineFault";
}

/** The code of an error of the operating system, like "ENOENT"; undefined: it is another kind of error. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What the operating system says, without the names of files: "EACCES: permission denied". */
export function systemErrorText(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, \w+( '.*)?$/s, "") : String(error);
}

/** At the start, what the operating system refuses is the user's to put right; any other error stays as it is. */
export function asUsageError(error: unknown, what: string): unknown {
  if (error instanceof StorageFault) return new UsageError(error.message, { cause: error });
  if (systemErrorCode(error) === undefined) return error;
  return new UsageError(`${what}: ${systemErrorText(error)}`, { cause: error });
}

/** What `work` gives; what the operating system refuses is thrown as a UsageError. */
export function orUsageError<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asUsageError(error, what);
  }
}

/** What `work` gives; whatever goes wrong is thrown as a StorageFault, but for what the user can put right. */
export function orStorageFault<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw new StorageFault(error.message, { cause: error });
    throw new StorageFault(`${what}: ${systemErrorText(error)}`, { cause: error });
  }
}
