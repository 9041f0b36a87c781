/** The portable suites on Node; XS finds them by their files, and a test of the house holds this list complete. */

import { suite as conversationAttacks } from "./conversation/attacks.suite.js";
import { suite as conversationAuthentication } from "./conversation/authentication.suite.js";
import { suite as conversationFaults } from "./conversation/faults.suite.js";
import { suite as conversationHostileAir } from "./conversation/hostile-air.suite.js";
import { suite as conversationProvisioning } from "./conversation/provisioning.suite.js";
import { suite as conversationPts } from "./conversation/pts.suite.js";
import { suite as conversationSecrets } from "./conversation/secrets.suite.js";
import { suite as hostRadio } from "./host/radio.suite.js";
import type { Suite } from "./support/harness.js";
import { suite as supportHarness } from "./support/harness.suite.js";
import { suite as unitBearerAdvertiser } from "./unit/bearer/advertiser.suite.js";
import { suite as unitBoardBoardOob } from "./unit/board/board-oob.suite.js";
import { suite as unitBoardButton } from "./unit/board/button.suite.js";
import { suite as unitBoardLight } from "./unit/board/light.suite.js";
import { suite as unitBytes } from "./unit/bytes.suite.js";
import { suite as unitCrypto } from "./unit/crypto.suite.js";
import { suite as unitFakeClock } from "./unit/fake-clock.suite.js";
import { suite as unitMedium } from "./unit/medium.suite.js";
import { suite as unitMediumConnection } from "./unit/medium-connection.suite.js";
import { suite as unitPhone } from "./unit/phone.suite.js";
import { suite as unitPhoneExchange } from "./unit/phone-exchange.suite.js";
import { suite as unitPhoneOob } from "./unit/phone-oob.suite.js";
import { suite as unitPhonePbAdv } from "./unit/phone-pb-adv.suite.js";
import { suite as unitPhoneProvisioner } from "./unit/phone-provisioner.suite.js";
import { suite as unitPolicy } from "./unit/policy.suite.js";
import { suite as unitProvisioningP256 } from "./unit/provisioning/p256.suite.js";
import { suite as unitProvisioningPbAdv } from "./unit/provisioning/pb-adv.suite.js";
import { suite as unitProvisioningPbAdvTransactions } from "./unit/provisioning/pb-adv-transactions.suite.js";
import { suite as unitProvisioningProvisionee } from "./unit/provisioning/provisionee.suite.js";
import { suite as unitProvisioningSecrets } from "./unit/provisioning/secrets.suite.js";
import { suite as unitRecords } from "./unit/records.suite.js";
import { suite as unitSeededRandom } from "./unit/seeded-random.suite.js";
import { suite as vectorsBeacons } from "./vectors/beacons.suite.js";
import { suite as vectorsCrypto } from "./vectors/crypto.suite.js";
import { suite as vectorsProvisioning } from "./vectors/provisioning.suite.js";

/** Every portable suite, by its file's path below tests/ without the ending. */
export const suites: Readonly<Record<string, Suite>> = {
  "unit/provisioning/pb-adv-transactions": unitProvisioningPbAdvTransactions,
  "unit/provisioning/secrets": unitProvisioningSecrets,
  "unit/provisioning/p256": unitProvisioningP256,
  "unit/board/light": unitBoardLight,
  "unit/board/button": unitBoardButton,
  "unit/board/board-oob": unitBoardBoardOob,
  "conversation/authentication": conversationAuthentication,
  "vectors/beacons": vectorsBeacons,
  "unit/records": unitRecords,
  "unit/policy": unitPolicy,
  "unit/crypto": unitCrypto,
  "unit/bytes": unitBytes,
  "unit/bearer/advertiser": unitBearerAdvertiser,
  "conversation/attacks": conversationAttacks,
  "conversation/faults": conversationFaults,
  "conversation/pts": conversationPts,
  "conversation/secrets": conversationSecrets,
  "conversation/hostile-air": conversationHostileAir,
  "conversation/provisioning": conversationProvisioning,
  "host/radio": hostRadio,
  "support/harness": supportHarness,
  "unit/fake-clock": unitFakeClock,
  "unit/medium": unitMedium,
  "unit/medium-connection": unitMediumConnection,
  "unit/phone": unitPhone,
  "unit/phone-exchange": unitPhoneExchange,
  "unit/phone-oob": unitPhoneOob,
  "unit/phone-pb-adv": unitPhonePbAdv,
  "unit/phone-provisioner": unitPhoneProvisioner,
  "unit/provisioning/pb-adv": unitProvisioningPbAdv,
  "unit/provisioning/provisionee": unitProvisioningProvisionee,
  "unit/seeded-random": unitSeededRandom,
  "vectors/crypto": vectorsCrypto,
  "vectors/provisioning": vectorsProvisioning,
};
