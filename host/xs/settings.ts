import config from "mc/config";
import type { Settings } from "../../modules/platform.js";

/** The `config` of the manifest and of the build's command line. */
export class ConfigSettings implements Settings {
  get(name: string): string | undefined {
    const value: unknown = Object.hasOwn(config, name) ? config[name] : undefined;
    return value === undefined ? undefined : String(value);
  }
}
