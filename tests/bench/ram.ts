/**
 * Leads a new device through what needs memory, so that it can be looked at after each stage. The device comes to the
 * ether at a path; COMMAND is run by the shell after each stage, with the stage's name in $STAGE:
 *
 *     npx tsx tests/bench/ram.ts --ether PATH --measure COMMAND
 *
 * The stages: unprovisioned, provisioned, long message (380 octets, the longest there is), ten AppKeys (each bound to
 * both models), full replay list, in use (128 further messages), all keys (as many NetKeys and AppKeys as there is room
 * for).
 */

import { execFileSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { RealClock } from "../../host/simulator/clock.js";
import { Ether } from "../../host/simulator/ether.js";
import { Medium } from "../../host/simulator/medium.js";
import {
  appKeyAdd,
  compositionDataGet,
  modelAppBind,
  netKeyAdd,
} from "../../host/simulator/phone/mesh/config-messages.js";
import {
  GENERIC_ON_OFF_CLIENT,
  GENERIC_ON_OFF_SERVER,
  OnOffOpcode,
  onOffSet,
} from "../../host/simulator/phone/mesh/generic-on-off.js";
import { MeshPeer } from "../../host/simulator/phone/mesh/mesh-peer.js";
import type { AccessToSend } from "../../host/simulator/phone/mesh/peer-types.js";
import { Phone } from "../../host/simulator/phone/phone.js";
import type { ProvisioningResult } from "../../host/simulator/phone/provisioning.js";
import { SimulatedRadio } from "../../host/simulator/radio.js";
import { SecureRandom } from "../../host/simulator/random.js";
import { defaultCapacity } from "../../modules/node.js";

const NET_KEY = new Uint8Array(16).fill(0x11);
const DEVICE = 0x0100;
const PHONE = 0x0001;
const FIRST_SOURCE = 0x1000;
const APP_KEYS = 10;

/** A message that nobody has, as long as messages can be: 380 octets. MshPRT 3.5.2.2. */
const LONGEST = new Uint8Array(380).fill(0xc1);

const { values } = parseArgs({ options: { ether: { type: "string" }, measure: { type: "string" } } });
const { ether: path, measure } = values;
if (path === undefined || measure === undefined) throw new Error("--ether PATH --measure COMMAND");

const clock = new RealClock();
const medium = new Medium(clock);
const ether = new Ether({ path, medium });
await ether.open();
const random = new SecureRandom();
const radio = (name: string) => new SimulatedRadio({ medium, name, clock, random });
let heardUuid: (uuid: Uint8Array) => void = () => {};
const phone = new Phone({
  radio: radio("phone"),
  clock,
  random,
  beacon: ({ deviceUuid }) => heardUuid(deviceUuid.slice()),
});
const peer = new MeshPeer({ radio: radio("peer"), clock, address: PHONE, transmissions: 2 });
peer.addNetwork({ netKey: NET_KEY, netKeyIndex: 0, ivIndex: 0 });

const uuid = await new Promise<Uint8Array>((resolve) => {
  heardUuid = resolve;
});
await setTimeout(2000);
await look("unprovisioned");
const { deviceKey } = await provision();
peer.addDevice(DEVICE, deviceKey);
await configure(compositionDataGet(0), 0x02);
await look("provisioned");
await sendLongest();
await look("long message");
for (let index = 0; index < APP_KEYS; index++) await addAppKey(index);
await look("ten AppKeys");
for (let at = 1; at < defaultCapacity.replayList; at++) await switchFrom(FIRST_SOURCE + at, at);
await look("full replay list");
for (let at = 0; at < 128; at++) await switchFrom(PHONE, at);
await look("in use");
for (let index = 1; index < defaultCapacity.netKeys; index++) await addNetKey(index);
for (let index = APP_KEYS; index < defaultCapacity.appKeys; index++) await addAppKey(index);
await look("all keys");
await ether.close();
clock.close();

async function look(stage: string): Promise<void> {
  await setTimeout(1000);
  execFileSync("sh", ["-c", measure ?? ""], { stdio: "inherit", env: { ...process.env, STAGE: stage } });
  await setTimeout(200);
}

function provision(): Promise<ProvisioningResult> {
  const data = { netKey: NET_KEY, netKeyIndex: 0, flags: 0, ivIndex: 0, unicastAddress: DEVICE };
  return new Promise((finished, reject) => {
    phone.provision(
      uuid,
      { data, authentication: { method: "none" } },
      { finished, failed: (failure) => reject(new Error(JSON.stringify(failure))) },
    );
  });
}

function configure(message: Uint8Array, opcode: number): Promise<void> {
  return ask({ dst: DEVICE, key: { device: DEVICE }, message }, opcode);
}

/** Ask until there is an answer with this opcode. */
async function ask(message: AccessToSend, opcode: number): Promise<void> {
  const { src = PHONE } = message;
  for (let tries = 0; tries < 10; tries++) {
    peer.send(message);
    for (let waited = 0; waited < 200; waited++) {
      await setTimeout(10);
      if (peer.take(opcode, DEVICE) !== undefined) return;
    }
  }
  throw new Error(`no answer ${opcode.toString(16)} to ${src.toString(16)}`);
}

async function sendLongest(): Promise<void> {
  const sent = peer.send({ dst: DEVICE, key: { device: DEVICE }, message: LONGEST });
  while (sent.state === "sending") await setTimeout(10);
  if (sent.state !== "acknowledged") throw new Error(`the longest message: ${sent.state}`);
}

async function addAppKey(index: number): Promise<void> {
  const key = new Uint8Array(16).fill(0x20 + index);
  peer.addAppKey(0, index, key);
  await configure(appKeyAdd(0, index, key), 0x8003);
  for (const model of [GENERIC_ON_OFF_SERVER, GENERIC_ON_OFF_CLIENT])
    await configure(modelAppBind(DEVICE, index, model), 0x803e);
}

function addNetKey(index: number): Promise<void> {
  return configure(netKeyAdd(index, new Uint8Array(16).fill(0x80 + index)), 0x8044);
}

function switchFrom(src: number, at: number): Promise<void> {
  const message = onOffSet(at & 1, at & 0xff);
  return ask({ dst: DEVICE, src, key: { app: at % APP_KEYS }, message }, OnOffOpcode.Status);
}
