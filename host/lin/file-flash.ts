import type { Flash } from "../flash/flash.js";
import { FlashOpened, flashErase, flashOpen, flashPath, flashProgram, flashRead } from "./native-desktop.js";
import { readText } from "./text.js";

/** A file as flash: of one process at a time, and readable by this user alone. */
export class FileFlash implements Flash {
  /** As on nRF52840. */
  readonly pageSize = 4096;
  readonly pages = 8;

  /** path: undefined: fledgling/lin.flash in this user's folder for states. Throws Error when it cannot be used. */
  constructor(path: string | undefined) {
    const opened = flashOpen(path ?? "", this.pages * this.pageSize);
    if (opened === FlashOpened.InUse) throw new Error(`flash: another process uses ${this.path}`);
    if (opened === FlashOpened.Failed) throw new Error(`flash: ${this.path} cannot be used`);
  }

  get path(): string {
    return readText(flashPath);
  }

  read(offset: number, target: Uint8Array): void {
    if (flashRead(offset, target) === 0) throw new Error(`flash: ${this.path} cannot be read`);
  }

  program(offset: number, octets: Uint8Array): boolean {
    return flashProgram(offset, octets) === 1;
  }

  erase(page: number): boolean {
    return flashErase(page * this.pageSize, this.pageSize) === 1;
  }
}
