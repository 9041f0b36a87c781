/** The repository's top folder, ending in a slash. */
export const top: string;

/** The files below a folder whose names end in one of `endings`, as sorted paths from the top. */
export function filesBelow(folder: string, endings: readonly string[]): string[];
