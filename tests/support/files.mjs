/** Finding the project's files: never by a pattern of the shell's or of Node's, which match nothing and succeed. */

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's top folder, ending in a slash. */
export const top = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The files below a folder whose names end in one of `endings`, as sorted paths from the top.
 * @param {string} folder
 * @param {readonly string[]} endings
 * @returns {string[]}
 */
export function filesBelow(folder, endings) {
  if (!existsSync(top + folder)) return [];
  return readdirSync(top + folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(top.length))
    .sort();
}
