/** The unprovisioned device beacon against the published samples: MshPRT 8.4.1, 8.4.2. */

import { createNobleCrypto } from "../../host/noble-crypto.js";
import { s1 } from "../../modules/crypto/toolbox.js";
import { encodeUnprovisionedDeviceBeacon } from "../../modules/provisioning/unprovisioned-beacon.js";
import { FakeClock } from "../support/fake-clock.js";
import type { Suite } from "../support/harness.js";
import { octetsOf, optionalOctetsOf } from "../support/vectors.js";
import file from "./beacons.json" with { type: "json" };

export const suite: Suite = ({ test, equal }) => {
  const samples = file.vectors.filter((vector) => vector.type === "unprovisionedDeviceBeacon");

  test("there are three samples", () => equal(samples.length, 3));

  for (const { name, inputs, outputs } of samples) {
    test(name, () => {
      const crypto = createNobleCrypto(new FakeClock());
      const uri = optionalOctetsOf(inputs, "URIData");
      const oobInformation = octetsOf(inputs, "OOBInformation");
      const beacon = encodeUnprovisionedDeviceBeacon(crypto, {
        deviceUuid: octetsOf(inputs, "DeviceUUID"),
        oobInformation: ((oobInformation[0] ?? 0) << 8) | (oobInformation[1] ?? 0),
        uri,
      });
      equal(beacon, octetsOf(outputs, "Beacon"));
      if (uri !== undefined) equal(s1(crypto, uri), octetsOf(outputs, "URIHashFull"));
    });
  }
};
