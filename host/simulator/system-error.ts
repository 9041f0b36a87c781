/** The code of an error of the operating system, like "ENOENT"; undefined: it is another kind of error. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What the operating system says, without the names of files: "EACCES: permission denied". */
export function systemErrorText(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, \w+( '.*)?$/s, "") : String(error);
}
