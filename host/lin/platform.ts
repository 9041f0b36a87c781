import { fromHex, octet, toHex } from "../../modules/bytes.js";
import type { Platform, Random, Settings, Storage } from "../../modules/platform.js";
import { FlashStorage } from "../flash/flash-storage.js";
import { createNobleCrypto } from "../noble-crypto.js";
import { XsClock } from "../xs/clock.js";
import { keepAddress, keptAddress, NodeStorage } from "../xs/host-records.js";
import { NativeRadio } from "../xs/radio.js";
import { HardwareRandom } from "../xs/random.js";
import { ConfigSettings } from "../xs/settings.js";
import { LineTrace } from "../xs/trace.js";
import { DesktopBoard } from "./board.js";
import { EtherWatch } from "./ether-watch.js";
import { FileFlash } from "./file-flash.js";
import { etherAt } from "./native-desktop.js";

const UUID_LENGTH = 16;

/** Among the host's own records, which the node does not see: the Device UUID. */
const UUID_KEY = "~uuid";

/**
 * The platform of a desktop build for XS: the boards' own radio with the ether behind it, and the boards' own storage
 * with a file behind it. Settings: `uuid`, `ether` and `flash`, the last two paths. Throws Error, in one line, for what
 * cannot be used.
 */
export function createPlatform(): Platform {
  const clock = new XsClock();
  const random = new HardwareRandom();
  const settings = new ConfigSettings();
  const storage = openStorage(settings);
  const deviceUuid = readUuid(settings) ?? keptUuid(storage) ?? drawUuid(storage, random);
  say(`device ${toHex(deviceUuid)}`);
  const ether = settings.get("ether") ?? "";
  if (etherAt(ether) === 0) throw new Error(`ether: "${ether}" is no path for a socket`);
  new EtherWatch(clock, say).start();
  return {
    deviceUuid,
    clock,
    random,
    storage: new NodeStorage(storage),
    radio: new NativeRadio({
      clock,
      random,
      identity: keptAddress(storage),
      keepIdentity: (address) => {
        if (!keepAddress(storage, address)) throw new Error("flash: no room for an address");
      },
    }),
    // The ether carries no connections.
    gattServer: undefined,
    crypto: createNobleCrypto(clock),
    board: new DesktopBoard(),
    trace: new LineTrace(),
    settings,
  };
}

function say(line: string): void {
  trace(`${line}\n`);
}

function openStorage(settings: Settings): Storage {
  const flash = new FileFlash(settings.get("flash"));
  const storage = new FlashStorage(flash);
  say(`flash ${flash.path}: ${storage.found}`);
  return storage;
}

function readUuid(settings: Settings): Uint8Array | undefined {
  const text = settings.get("uuid");
  if (text === undefined) return undefined;
  const uuid = fromHex(text);
  if (uuid?.length !== UUID_LENGTH) throw new Error(`uuid: "${text}" is not 32 hexadecimal digits`);
  return uuid;
}

function keptUuid(storage: Storage): Uint8Array | undefined {
  const uuid = storage.read(UUID_KEY);
  return uuid?.length === UUID_LENGTH ? uuid : undefined;
}

/** Version 4: made of random octets. Kept, as long as the flash is not damaged. RFC 4122, 4.4. */
function drawUuid(storage: Storage, random: Random): Uint8Array {
  const uuid = new Uint8Array(UUID_LENGTH);
  random.fill(uuid);
  uuid[6] = (octet(uuid, 6) & 0x0f) | 0x40;
  uuid[8] = (octet(uuid, 8) & 0x3f) | 0x80;
  if (!storage.write(UUID_KEY, uuid)) throw new Error("flash: no room for a UUID");
  return uuid;
}
