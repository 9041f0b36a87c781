/** The platform of Moddable's desktop simulator: the manifest gives this file the name host/platform there. */
export { createPlatform } from "./lin/platform.js";
