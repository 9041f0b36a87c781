/** The GATT services of a mesh node. MshPRT 7; numbers from the Assigned Numbers. */

import type { GattService } from "../platform.js";

/** Mesh Provisioning Service: of a device that belongs to no network. MshPRT 7.1. */
export const MeshProvisioningService: GattService = Object.freeze({
  service: 0x1827,
  dataIn: 0x2adb,
  dataOut: 0x2adc,
});

/** Mesh Proxy Service: of a node. MshPRT 7.2. */
export const MeshProxyService: GattService = Object.freeze({
  service: 0x1828,
  dataIn: 0x2add,
  dataOut: 0x2ade,
});
