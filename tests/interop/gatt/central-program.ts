/**
 * A central that none of us wrote, noble, on a controller behind a serial device:
 *
 *     node --import tsx tests/interop/gatt/central-program.ts DEVICE
 *
 * A process of its own: noble keeps state, handles signals, and a central can so vanish without a word. It says what
 * `central-talk.ts` tells.
 */

import { createInterface } from "node:readline";
import { type Characteristic, type Noble, type Peripheral, withBindings } from "@stoprocent/noble";
import type {
  AdvertisementSeen,
  Answer,
  CentralLine,
  CharacteristicName,
  NumberedRequest,
} from "./central-talk.js";

const DEFAULT_MTU = 23;

const [port = ""] = process.argv.slice(2);
const noble = withBindings("hci", {
  hciDriver: "uart",
  bindParams: { uart: { port, baudRate: 1_000_000 } },
  // What btvirt knows of extended advertising is not what is tested here.
  extended: false,
});
const peripherals = new Map<string, Peripheral>();
const characteristics = new Map<string, Characteristic>();
/** By address and service: what was told last. */
const told = new Map<string, object>();

await noble.waitForPoweredOnAsync(10_000);
noble.on("discover", (peripheral: Peripheral) => seen(peripheral));
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const request: NumberedRequest = JSON.parse(line);
    serve(noble, request).then(
      (answer) => tell({ tell: "answer", id: request.id, ...answer }),
      (error: unknown) => tell({ tell: "refusal", id: request.id, reason: String(error) }),
    );
  })
  .on("close", () => process.exit(0));
tell({ tell: "ready", address: noble.address });

function tell(line: CentralLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function serve(central: Noble, request: NumberedRequest): Promise<Answer | undefined> {
  switch (request.ask) {
    case "scan":
      await central.startScanningAsync(request.services.map(hex), true);
      return undefined;
    case "stopScanning":
      await central.stopScanningAsync();
      return undefined;
    case "connect":
      return connect(peripheralAt(request.address), request.mtu);
    case "discover":
      return discover(peripheralAt(request.address));
    case "subscribe":
      await subscribe(request.address, request);
      return undefined;
    case "unsubscribe":
      await characteristicAt(request.address, request).unsubscribeAsync();
      return undefined;
    case "write":
      await characteristicAt(request.address, request).writeAsync(Buffer.from(request.value, "hex"), true);
      return undefined;
    case "disconnect":
      await peripheralAt(request.address).disconnectAsync();
      return undefined;
  }
}

/** noble joins the reports of one address; a piece of service data that is new is another object. */
function seen(peripheral: Peripheral): void {
  const { address, advertisement, connectable, rssi } = peripheral;
  peripherals.set(address, peripheral);
  const fresh = advertisement.serviceData.filter((each) => told.get(`${address} ${each.uuid}`) !== each);
  for (const each of fresh) told.set(`${address} ${each.uuid}`, each);
  const line: AdvertisementSeen = {
    address,
    rssi,
    connectable,
    name: advertisement.localName,
    services: advertisement.serviceUuids.map((uuid) => Number.parseInt(uuid, 16)),
    serviceData: fresh.map(({ uuid, data }) => ({
      service: Number.parseInt(uuid, 16),
      data: data.toString("hex"),
    })),
  };
  tell({ tell: "seen", ...line });
}

async function connect(peripheral: Peripheral, mtu: number): Promise<Answer> {
  const exchanged = new Promise<number>((resolve) => {
    peripheral.once("mtu", resolve);
  });
  peripheral.removeAllListeners("disconnect");
  peripheral.once("disconnect", (reason) => {
    characteristics.clear();
    tell({ tell: "disconnected", address: peripheral.address, reason });
  });
  // Not in noble's types: the MTU that it asks for.
  const options = { timeout: 0x002a, mtu };
  await noble.connectAsync(peripheral.id, options);
  return { mtu: Math.max(DEFAULT_MTU, Math.min(mtu, await exchanged)) };
}

/** All services with their characteristics, as a phone that knows nothing yet finds them. */
async function discover(peripheral: Peripheral): Promise<Answer> {
  for (const found of characteristics.values()) found.removeAllListeners("data");
  characteristics.clear();
  const services = await peripheral.discoverServicesAsync([]);
  for (const service of services) {
    for (const characteristic of await service.discoverCharacteristicsAsync([]))
      characteristics.set(`${peripheral.address} ${service.uuid} ${characteristic.uuid}`, characteristic);
  }
  return {
    services: services.map(({ uuid, characteristics: parts }) => ({
      service: Number.parseInt(uuid, 16),
      characteristics: parts.map((part) => Number.parseInt(part.uuid, 16)),
    })),
  };
}

function subscribe(address: string, name: CharacteristicName): Promise<void> {
  const { service, characteristic } = name;
  const found = characteristicAt(address, name);
  found.removeAllListeners("data");
  found.on("data", (data: Buffer) =>
    tell({ tell: "notified", address, service, characteristic, value: data.toString("hex") }),
  );
  return found.subscribeAsync();
}

function peripheralAt(address: string): Peripheral {
  const peripheral = peripherals.get(address);
  if (peripheral === undefined) throw new Error(`nobody was seen at ${address}`);
  return peripheral;
}

function characteristicAt(address: string, { service, characteristic }: CharacteristicName): Characteristic {
  const found = characteristics.get(`${address} ${hex(service)} ${hex(characteristic)}`);
  if (found === undefined) throw new Error(`there is no ${hex(service)} with ${hex(characteristic)}`);
  return found;
}

function hex(uuid: number): string {
  return uuid.toString(16);
}
