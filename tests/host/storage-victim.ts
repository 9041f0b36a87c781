/**
 * A program that changes the record "node" in a state folder, and is killed on the way.
 * Arguments: the folder; "write" or "erase"; the step before which it is killed.
 */

import { FolderStorage } from "../../host/simulator/storage.js";
import { steppedOperations } from "../support/stepped-files.js";

const [folder = "", change = "", fatalStep = ""] = process.argv.slice(2);

let changing = false;
const storage = new FolderStorage(
  folder,
  steppedOperations((step) => {
    if (changing && step === fatalStep) process.kill(process.pid, "SIGKILL");
  }),
);

changing = true;
if (change === "write") storage.write("node", new Uint8Array(48).fill(2));
else storage.erase("node");
changing = false;

// Done: killed before the next step, which does not come.
process.kill(process.pid, "SIGKILL");
