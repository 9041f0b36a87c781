/**
 * Take the lock at `path`, whose parent folder exists: a function that releases it, or the process id of the living
 * process that holds it. The lock of a process that is gone is taken over. Throws what the file system throws.
 */
export function takeLock(path: string): (() => void) | number;
