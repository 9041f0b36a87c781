/** The platform that Node sees; a board's build puts its own file in this place. */
export { createPlatform } from "./simulator/platform.js";
