/**
 * Take the lock at `path`, whose parent folder exists: a function that releases it, or the process id of the living
 * process that holds it. The lock of a process that is gone is taken over. Throws what the file system throws; also,
 * in the same form, when something else is in the lock's place or in its folder.
 */
export function takeLock(path: string): (() => void) | number;
