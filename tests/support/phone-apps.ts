/**
 * How the phone apps in the field go about provisioning and configuration, as habits of one phone: what was read in
 * their sources, and seen when they ran.
 */

import type { PhoneHabits } from "../../host/simulator/phone/gatt/gatt-phone.js";
import type { ProxyClientOptions } from "../../host/simulator/phone/gatt/proxy-client.js";
import type { ProvisioningOptions } from "../../host/simulator/phone/provisioning.js";
import { Algorithm } from "../../host/simulator/phone/security.js";

/** One app. */
export interface PhoneApp {
  readonly name: string;
  readonly habits: PhoneHabits;
  readonly provisioning: Partial<ProvisioningOptions>;
  readonly client: Partial<ProxyClientOptions>;
}

/** nRF Mesh for Android, the one in the shop: knows CMAC only, asks for the proxy service first. */
export const ANDROID_JAVA: PhoneApp = {
  name: "nRF Mesh, Android, Java",
  habits: {
    services: [0x1828, 0x1827],
    retries: 3,
    retryMs: 200,
    mtu: 517,
    // The report of a write comes late, and Capabilities that come before it are not heard.
    callbackMs: 25,
    deafWhileInviting: true,
  },
  provisioning: { attentionSeconds: 5, algorithm: Algorithm.Cmac },
  // Segments go out once, and proxy configuration takes two sequence numbers.
  client: { ttl: 5, configurationStep: 2, retransmissionMs: 6000 },
};

/** Its successor, in Kotlin: the strongest algorithm, every step in its turn. */
export const ANDROID_KOTLIN: PhoneApp = {
  name: "nRF Mesh, Android, Kotlin",
  habits: { mtu: 517, callbackMs: 10 },
  provisioning: { attentionSeconds: 10 },
  client: { ttl: 5 },
};

/** nRF Mesh for iOS: the system has exchanged the ATT_MTU; writes follow each other without waiting. */
export const IOS: PhoneApp = {
  name: "nRF Mesh, iOS",
  habits: { mtu: 185, callbackMs: 0, retries: 20, retryMs: 0 },
  provisioning: { attentionSeconds: 5 },
  client: { ttl: 5 },
};

/** EspBLEMesh of 2019: a key fits one PDU, CMAC, and the connection is kept for the proxy. */
export const ESP_2019: PhoneApp = {
  name: "EspBLEMesh, 2019",
  habits: { mtu: 69, staysConnected: "complete" },
  provisioning: { attentionSeconds: 0, algorithm: Algorithm.Cmac },
  client: { ttl: 5 },
};

/** EspBLEMesh of later: takes HMAC when it is offered, and confirms with 16 octets all the same. */
export const ESP_BINARY: PhoneApp = {
  name: "EspBLEMesh, 2.0",
  habits: { mtu: 69, staysConnected: "complete" },
  provisioning: {
    attentionSeconds: 0,
    tamper: (pdu) => (pdu[0] === 0x05 ? pdu.subarray(0, 17) : pdu),
  },
  client: { ttl: 5 },
};

/** The app of Silicon Labs, as its interoperability report drives it. */
export const SILABS: PhoneApp = {
  name: "Silabs Bluetooth Mesh",
  habits: { mtu: 247, retries: 3, retryMs: 200, stepMs: 30 },
  provisioning: { attentionSeconds: 3 },
  client: { ttl: 5 },
};

/** All of them. */
export const APPS: readonly PhoneApp[] = Object.freeze([
  ANDROID_JAVA,
  ANDROID_KOTLIN,
  IOS,
  ESP_2019,
  ESP_BINARY,
  SILABS,
]);
