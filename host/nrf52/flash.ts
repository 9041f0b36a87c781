import type { Flash } from "../flash/flash.js";
import { flashErase, flashPages, flashProgram, flashRead } from "./native-flash.js";

const PAGE_SIZE = 4096;

/** The pages at the end of what nRF52840's flash has for applications. */
export class ChipFlash implements Flash {
  readonly pageSize = PAGE_SIZE;
  readonly pages: number;

  /** Throws Error where the image leaves no room for them. */
  constructor() {
    this.pages = flashPages();
    if (this.pages === 0) throw new Error("the image reaches into the flash pages of the storage");
  }

  read(offset: number, target: Uint8Array): void {
    flashRead(offset, target);
  }

  program(offset: number, octets: Uint8Array): boolean {
    return flashProgram(offset, octets) !== 0;
  }

  erase(page: number): boolean {
    return flashErase(page) !== 0;
  }
}
