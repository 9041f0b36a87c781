/** The cases of the Bluetooth SIG's test suite for the provisioning of a node over PB-ADV, as far as they are public. */

import type { Case } from "./case.js";

/** In the order of their numbers. An older variant of a case, PROV/UPD, is the same case here. */
export const PTS: readonly Case[] = [
  { id: "PBADV/BV-01", meaning: "A link is opened, acknowledged and closed." },
  { id: "PBADV/BV-02", meaning: "While a link is open, the messages of a second one are ignored." },
  { id: "PBADV/BV-03", meaning: "A PDU that fits one segment, in both directions." },
  {
    id: "PBADV/BV-04",
    meaning: "A PDU of several segments with its check sum, in both directions.",
  },
  { id: "PBADV/BI-01", meaning: "A Link Open for another device is ignored." },
  { id: "PBADV/BI-02", meaning: "A bearer control opcode that is reserved is ignored." },
  { id: "PBADV/BI-03", meaning: "A Link Close with a reserved reason closes all the same." },
  { id: "PBADV/BI-04", meaning: "Provisioning octets in a connectable advertisement are ignored." },
  { id: "PROV/BV-01", meaning: "CMAC, key in band, the device shows a value (also UPD/BV-01)." },
  { id: "PROV/BV-02", meaning: "CMAC, key in band, a value is entered on the device." },
  { id: "PROV/BV-03", meaning: "CMAC, key in band, static value." },
  { id: "PROV/BV-04", meaning: "CMAC, key out of band, the device shows a value." },
  { id: "PROV/BV-05", meaning: "CMAC, key out of band, a value is entered on the device." },
  { id: "PROV/BV-06", meaning: "CMAC, key out of band, static value." },
  { id: "PROV/BV-07", meaning: "CMAC, key in band, no authentication (also UPD/BV-07)." },
  { id: "PROV/BV-08", meaning: "CMAC, key out of band, no authentication." },
  { id: "PROV/BV-09", meaning: "60 s without progress end the procedure (also UPD/BV-09)." },
  {
    id: "PROV/BV-10",
    meaning:
      "After Provisioning Failed all that comes is unexpected, and the link is left to the provisioner (also UPD/BV-10).",
  },
  {
    id: "PROV/BV-11",
    meaning: "The key refresh and IV update flags of the data are applied (also UPD/BV-11).",
  },
  { id: "PROV/BV-12", meaning: "Every session has a new key pair." },
  { id: "PROV/BV-13", meaning: "HMAC, key in band, the device shows a value." },
  { id: "PROV/BV-14", meaning: "HMAC, key in band, a value is entered on the device." },
  { id: "PROV/BV-15", meaning: "HMAC, key in band, static value." },
  { id: "PROV/BV-16", meaning: "HMAC, key out of band, the device shows a value." },
  { id: "PROV/BV-17", meaning: "HMAC, key out of band, a value is entered on the device." },
  { id: "PROV/BV-18", meaning: "HMAC, key out of band, static value." },
  {
    id: "PROV/BV-19",
    meaning:
      "HMAC, key in band, no authentication (the number follows from its neighbours; it was not seen).",
  },
  { id: "PROV/BV-20", meaning: "HMAC, key out of band, no authentication." },
  { id: "PROV/BI-01", meaning: "Attention ends when the bearer is lost." },
  { id: "PROV/BI-02", meaning: "A Start with reserved values is refused." },
  { id: "PROV/BI-03", meaning: "A Start that contradicts the device's capabilities is refused." },
  {
    id: "PROV/BI-13",
    meaning: "A public key off the curve, of X alone, or of zeros is refused (also UPD/BI-13).",
  },
  { id: "PROV/BI-15", meaning: "A PDU of unknown type is refused." },
  { id: "PROV/BI-17", meaning: "A confirmation that does not fit is refused (erratum 16350)." },
];
