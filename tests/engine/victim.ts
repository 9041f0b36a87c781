/**
 * A program whose device, under XS, changes a record, and which is killed on the way. Arguments: a folder; the worker
 * and the probe's script; the step before which it is killed, or "none": after the device has gone on.
 */

import { join } from "node:path";
import { XsEngine } from "../../host/simulator/engine/xs-engine.js";
import { parseOptions } from "../../host/simulator/options.js";
import { Simulator } from "../../host/simulator/simulator.js";
import { FolderStorage } from "../../host/simulator/storage.js";
import { steppedOperations } from "../support/stepped-files.js";

const [folder = "", worker = "", script = "", fatalStep = ""] = process.argv.slice(2);

let changing = false;
const operations = steppedOperations((step) => {
  if (changing && step === fatalStep) process.kill(process.pid, "SIGKILL");
});
const options = parseOptions(["--state", join(folder, "other"), "--ether", join(folder, "ether")], {});
if (options === "help") throw new Error("no help is wanted");
const simulator = new Simulator(options, (event) => {
  if (event.event !== "failed") return;
  if (changing) process.kill(process.pid, "SIGKILL");
  changing = true;
  simulator.board.enter(`write node ${"02".repeat(48)}`);
});
const storage = new FolderStorage(join(folder, "state"), operations);
storage.write("node", new Uint8Array(48).fill(1));
const engine = await XsEngine.load({ worker, script });
engine.start({ ...simulator.platform, storage });
