/** The portable suites on Node; XS finds them by their files, and a test of the house holds this list complete. */

import { suite as conversationAttacks } from "./conversation/attacks.suite.js";
import { suite as conversationAuthentication } from "./conversation/authentication.suite.js";
import { suite as conversationBothBearers } from "./conversation/both-bearers.suite.js";
import { suite as conversationCloseLinks } from "./conversation/close-links.suite.js";
import { suite as conversationDamagedStore } from "./conversation/damaged-store.suite.js";
import { suite as conversationFaults } from "./conversation/faults.suite.js";
import { suite as conversationHostileAir } from "./conversation/hostile-air.suite.js";
import { suite as conversationHostileClient } from "./conversation/hostile-client.suite.js";
import { suite as conversationHostileNetwork } from "./conversation/hostile-network.suite.js";
import { suite as conversationIvUpdate } from "./conversation/iv-update.suite.js";
import { suite as conversationLamp } from "./conversation/lamp.suite.js";
import { suite as conversationLongMessages } from "./conversation/long-messages.suite.js";
import { suite as conversationNetworkPts } from "./conversation/network-pts.suite.js";
import { suite as conversationPhonesAndroidJava } from "./conversation/phones/android-java.suite.js";
import { suite as conversationPhonesAndroidKotlin } from "./conversation/phones/android-kotlin.suite.js";
import { suite as conversationPhonesEspressif } from "./conversation/phones/espressif.suite.js";
import { suite as conversationPhonesEveryPhone } from "./conversation/phones/every-phone.suite.js";
import { suite as conversationPhonesIos } from "./conversation/phones/ios.suite.js";
import { suite as conversationPhonesSilabs } from "./conversation/phones/silabs.suite.js";
import { suite as conversationPowerCut } from "./conversation/power-cut.suite.js";
import { suite as conversationPrivacy } from "./conversation/privacy.suite.js";
import { suite as conversationProvisioning } from "./conversation/provisioning.suite.js";
import { suite as conversationProxy } from "./conversation/proxy.suite.js";
import { suite as conversationPts } from "./conversation/pts.suite.js";
import { suite as conversationRelay } from "./conversation/relay.suite.js";
import { suite as conversationReplay } from "./conversation/replay.suite.js";
import { suite as conversationSecrets } from "./conversation/secrets.suite.js";
import { suite as conversationSubnets } from "./conversation/subnets.suite.js";
import { suite as hostFlashCuts } from "./host/flash-cuts.suite.js";
import { suite as hostFlashFaults } from "./host/flash-faults.suite.js";
import { suite as hostFlashStorage } from "./host/flash-storage.suite.js";
import { suite as hostGattServer } from "./host/gatt-server.suite.js";
import { suite as hostHciAtt } from "./host/hci-att.suite.js";
import { suite as hostHciController } from "./host/hci-controller.suite.js";
import { suite as hostHciGatt } from "./host/hci-gatt.suite.js";
import { suite as hostHciH4 } from "./host/hci-h4.suite.js";
import { suite as hostHciRadio } from "./host/hci-radio.suite.js";
import { suite as hostRadio } from "./host/radio.suite.js";
import { suite as hostXsBoard } from "./host/xs-board.suite.js";
import { suite as hostXsGuard } from "./host/xs-guard.suite.js";
import { suite as hostXsHostRecords } from "./host/xs-host-records.suite.js";
import type { Suite } from "./support/harness.js";
import { suite as supportHarness } from "./support/harness.suite.js";
import { suite as unitAccessAccess } from "./unit/access/access.suite.js";
import { suite as unitAccessComposition } from "./unit/access/composition.suite.js";
import { suite as unitAccessModelEntry } from "./unit/access/model-entry.suite.js";
import { suite as unitAccessOpcode } from "./unit/access/opcode.suite.js";
import { suite as unitAccessPublication } from "./unit/access/publication.suite.js";
import { suite as unitBearerAdvBearer } from "./unit/bearer/adv-bearer.suite.js";
import { suite as unitBearerAdvertiser } from "./unit/bearer/advertiser.suite.js";
import { suite as unitBearerPduRing } from "./unit/bearer/pdu-ring.suite.js";
import { suite as unitBearerProxyLink } from "./unit/bearer/proxy-link.suite.js";
import { suite as unitBearerProxyPdu } from "./unit/bearer/proxy-pdu.suite.js";
import { suite as unitBoardBoardOob } from "./unit/board/board-oob.suite.js";
import { suite as unitBoardButton } from "./unit/board/button.suite.js";
import { suite as unitBoardLight } from "./unit/board/light.suite.js";
import { suite as unitBytes } from "./unit/bytes.suite.js";
import { suite as unitCrypto } from "./unit/crypto.suite.js";
import { suite as unitFakeClock } from "./unit/fake-clock.suite.js";
import { suite as unitMedium } from "./unit/medium.suite.js";
import { suite as unitMediumConnection } from "./unit/medium-connection.suite.js";
import { suite as unitModelsConfigurationBindings } from "./unit/models/configuration-bindings.suite.js";
import { suite as unitModelsConfigurationHeartbeat } from "./unit/models/configuration-heartbeat.suite.js";
import { suite as unitModelsConfigurationKeys } from "./unit/models/configuration-keys.suite.js";
import { suite as unitModelsConfigurationProxy } from "./unit/models/configuration-proxy.suite.js";
import { suite as unitModelsConfigurationPublication } from "./unit/models/configuration-publication.suite.js";
import { suite as unitModelsConfigurationServer } from "./unit/models/configuration-server.suite.js";
import { suite as unitModelsConfigurationStates } from "./unit/models/configuration-states.suite.js";
import { suite as unitModelsConfigurationSubscriptions } from "./unit/models/configuration-subscriptions.suite.js";
import { suite as unitModelsGenericOnOff } from "./unit/models/generic-on-off.suite.js";
import { suite as unitModelsPrivateServers } from "./unit/models/private-servers.suite.js";
import { suite as unitModelsTransitionTime } from "./unit/models/transition-time.suite.js";
import { suite as unitModelsVendorModel } from "./unit/models/vendor-model.suite.js";
import { suite as unitNetworkIvIndex } from "./unit/network/iv-index.suite.js";
import { suite as unitNetworkMessageCache } from "./unit/network/message-cache.suite.js";
import { suite as unitNetworkNetKeys } from "./unit/network/net-keys.suite.js";
import { suite as unitNetworkNetwork } from "./unit/network/network.suite.js";
import { suite as unitNetworkNetworkCipher } from "./unit/network/network-cipher.suite.js";
import { suite as unitNetworkNetworkOut } from "./unit/network/network-out.suite.js";
import { suite as unitNetworkProxyAdvertising } from "./unit/network/proxy-advertising.suite.js";
import { suite as unitNetworkProxyFilter } from "./unit/network/proxy-filter.suite.js";
import { suite as unitNetworkProxyPrivate } from "./unit/network/proxy-private.suite.js";
import { suite as unitNetworkProxyServer } from "./unit/network/proxy-server.suite.js";
import { suite as unitNetworkReplayList } from "./unit/network/replay-list.suite.js";
import { suite as unitNetworkSecureNetworkBeacon } from "./unit/network/secure-network-beacon.suite.js";
import { suite as unitNetworkSequence } from "./unit/network/sequence.suite.js";
import { suite as unitPhone } from "./unit/phone.suite.js";
import { suite as unitPhoneConfig } from "./unit/phone-config.suite.js";
import { suite as unitPhoneExchange } from "./unit/phone-exchange.suite.js";
import { suite as unitPhoneGatt } from "./unit/phone-gatt.suite.js";
import { suite as unitPhoneMesh } from "./unit/phone-mesh.suite.js";
import { suite as unitPhoneMeshPeer } from "./unit/phone-mesh-peer.suite.js";
import { suite as unitPhoneOob } from "./unit/phone-oob.suite.js";
import { suite as unitPhonePbAdv } from "./unit/phone-pb-adv.suite.js";
import { suite as unitPhoneProvisioner } from "./unit/phone-provisioner.suite.js";
import { suite as unitPolicy } from "./unit/policy.suite.js";
import { suite as unitProvisioningDevice } from "./unit/provisioning/device.suite.js";
import { suite as unitProvisioningP256 } from "./unit/provisioning/p256.suite.js";
import { suite as unitProvisioningPbAdv } from "./unit/provisioning/pb-adv.suite.js";
import { suite as unitProvisioningPbAdvTransactions } from "./unit/provisioning/pb-adv-transactions.suite.js";
import { suite as unitProvisioningPbGatt } from "./unit/provisioning/pb-gatt.suite.js";
import { suite as unitProvisioningProvisionee } from "./unit/provisioning/provisionee.suite.js";
import { suite as unitProvisioningSecrets } from "./unit/provisioning/secrets.suite.js";
import { suite as unitRecords } from "./unit/records.suite.js";
import { suite as unitSeededRandom } from "./unit/seeded-random.suite.js";
import { suite as unitTransportAppKeys } from "./unit/transport/app-keys.suite.js";
import { suite as unitTransportHeartbeat } from "./unit/transport/heartbeat.suite.js";
import { suite as unitTransportLabels } from "./unit/transport/labels.suite.js";
import { suite as unitTransportLowerPdu } from "./unit/transport/lower-pdu.suite.js";
import { suite as unitTransportReassembler } from "./unit/transport/reassembler.suite.js";
import { suite as unitTransportRecentMessages } from "./unit/transport/recent-messages.suite.js";
import { suite as unitTransportSegmenter } from "./unit/transport/segmenter.suite.js";
import { suite as unitTransportSegmenterLimits } from "./unit/transport/segmenter-limits.suite.js";
import { suite as unitTransportSegmentsReplayed } from "./unit/transport/segments-replayed.suite.js";
import { suite as unitTransportUpper } from "./unit/transport/upper.suite.js";
import { suite as unitTransportWeather } from "./unit/transport/weather.suite.js";
import { suite as vectorsBeacons } from "./vectors/beacons.suite.js";
import { suite as vectorsCrypto } from "./vectors/crypto.suite.js";
import { suite as vectorsFoundation } from "./vectors/foundation.suite.js";
import { suite as vectorsFoundationConfiguration } from "./vectors/foundation-configuration.suite.js";
import { suite as vectorsNetworkLayer } from "./vectors/network-layer.suite.js";
import { suite as vectorsProvisioning } from "./vectors/provisioning.suite.js";
import { suite as vectorsProxy } from "./vectors/proxy.suite.js";
import { suite as vectorsTransport } from "./vectors/transport.suite.js";

/** Every portable suite, by its file's path below tests/ without the ending. */
export const suites: Readonly<Record<string, Suite>> = {
  "conversation/attacks": conversationAttacks,
  "conversation/authentication": conversationAuthentication,
  "conversation/both-bearers": conversationBothBearers,
  "conversation/close-links": conversationCloseLinks,
  "conversation/damaged-store": conversationDamagedStore,
  "conversation/faults": conversationFaults,
  "conversation/hostile-air": conversationHostileAir,
  "conversation/hostile-client": conversationHostileClient,
  "conversation/hostile-network": conversationHostileNetwork,
  "conversation/iv-update": conversationIvUpdate,
  "conversation/lamp": conversationLamp,
  "conversation/long-messages": conversationLongMessages,
  "conversation/network-pts": conversationNetworkPts,
  "conversation/phones/android-java": conversationPhonesAndroidJava,
  "conversation/phones/android-kotlin": conversationPhonesAndroidKotlin,
  "conversation/phones/espressif": conversationPhonesEspressif,
  "conversation/phones/every-phone": conversationPhonesEveryPhone,
  "conversation/phones/ios": conversationPhonesIos,
  "conversation/phones/silabs": conversationPhonesSilabs,
  "conversation/power-cut": conversationPowerCut,
  "conversation/privacy": conversationPrivacy,
  "conversation/provisioning": conversationProvisioning,
  "conversation/proxy": conversationProxy,
  "conversation/pts": conversationPts,
  "conversation/relay": conversationRelay,
  "conversation/replay": conversationReplay,
  "conversation/secrets": conversationSecrets,
  "conversation/subnets": conversationSubnets,
  "host/flash-cuts": hostFlashCuts,
  "host/flash-faults": hostFlashFaults,
  "host/flash-storage": hostFlashStorage,
  "host/gatt-server": hostGattServer,
  "host/hci-att": hostHciAtt,
  "host/hci-controller": hostHciController,
  "host/hci-gatt": hostHciGatt,
  "host/hci-h4": hostHciH4,
  "host/hci-radio": hostHciRadio,
  "host/radio": hostRadio,
  "host/xs-board": hostXsBoard,
  "host/xs-guard": hostXsGuard,
  "host/xs-host-records": hostXsHostRecords,
  "support/harness": supportHarness,
  "unit/access/access": unitAccessAccess,
  "unit/access/composition": unitAccessComposition,
  "unit/access/model-entry": unitAccessModelEntry,
  "unit/access/opcode": unitAccessOpcode,
  "unit/access/publication": unitAccessPublication,
  "unit/bearer/adv-bearer": unitBearerAdvBearer,
  "unit/bearer/advertiser": unitBearerAdvertiser,
  "unit/bearer/pdu-ring": unitBearerPduRing,
  "unit/bearer/proxy-link": unitBearerProxyLink,
  "unit/bearer/proxy-pdu": unitBearerProxyPdu,
  "unit/board/board-oob": unitBoardBoardOob,
  "unit/board/button": unitBoardButton,
  "unit/board/light": unitBoardLight,
  "unit/bytes": unitBytes,
  "unit/crypto": unitCrypto,
  "unit/fake-clock": unitFakeClock,
  "unit/medium": unitMedium,
  "unit/medium-connection": unitMediumConnection,
  "unit/models/configuration-bindings": unitModelsConfigurationBindings,
  "unit/models/configuration-heartbeat": unitModelsConfigurationHeartbeat,
  "unit/models/configuration-keys": unitModelsConfigurationKeys,
  "unit/models/configuration-proxy": unitModelsConfigurationProxy,
  "unit/models/configuration-publication": unitModelsConfigurationPublication,
  "unit/models/configuration-server": unitModelsConfigurationServer,
  "unit/models/configuration-states": unitModelsConfigurationStates,
  "unit/models/configuration-subscriptions": unitModelsConfigurationSubscriptions,
  "unit/models/generic-on-off": unitModelsGenericOnOff,
  "unit/models/private-servers": unitModelsPrivateServers,
  "unit/models/transition-time": unitModelsTransitionTime,
  "unit/models/vendor-model": unitModelsVendorModel,
  "unit/network/iv-index": unitNetworkIvIndex,
  "unit/network/message-cache": unitNetworkMessageCache,
  "unit/network/net-keys": unitNetworkNetKeys,
  "unit/network/network": unitNetworkNetwork,
  "unit/network/network-cipher": unitNetworkNetworkCipher,
  "unit/network/network-out": unitNetworkNetworkOut,
  "unit/network/proxy-advertising": unitNetworkProxyAdvertising,
  "unit/network/proxy-filter": unitNetworkProxyFilter,
  "unit/network/proxy-private": unitNetworkProxyPrivate,
  "unit/network/proxy-server": unitNetworkProxyServer,
  "unit/network/replay-list": unitNetworkReplayList,
  "unit/network/secure-network-beacon": unitNetworkSecureNetworkBeacon,
  "unit/network/sequence": unitNetworkSequence,
  "unit/phone": unitPhone,
  "unit/phone-config": unitPhoneConfig,
  "unit/phone-exchange": unitPhoneExchange,
  "unit/phone-gatt": unitPhoneGatt,
  "unit/phone-mesh": unitPhoneMesh,
  "unit/phone-mesh-peer": unitPhoneMeshPeer,
  "unit/phone-oob": unitPhoneOob,
  "unit/phone-pb-adv": unitPhonePbAdv,
  "unit/phone-provisioner": unitPhoneProvisioner,
  "unit/policy": unitPolicy,
  "unit/provisioning/device": unitProvisioningDevice,
  "unit/provisioning/p256": unitProvisioningP256,
  "unit/provisioning/pb-adv": unitProvisioningPbAdv,
  "unit/provisioning/pb-adv-transactions": unitProvisioningPbAdvTransactions,
  "unit/provisioning/pb-gatt": unitProvisioningPbGatt,
  "unit/provisioning/provisionee": unitProvisioningProvisionee,
  "unit/provisioning/secrets": unitProvisioningSecrets,
  "unit/records": unitRecords,
  "unit/seeded-random": unitSeededRandom,
  "unit/transport/app-keys": unitTransportAppKeys,
  "unit/transport/heartbeat": unitTransportHeartbeat,
  "unit/transport/labels": unitTransportLabels,
  "unit/transport/lower-pdu": unitTransportLowerPdu,
  "unit/transport/reassembler": unitTransportReassembler,
  "unit/transport/recent-messages": unitTransportRecentMessages,
  "unit/transport/segmenter": unitTransportSegmenter,
  "unit/transport/segmenter-limits": unitTransportSegmenterLimits,
  "unit/transport/segments-replayed": unitTransportSegmentsReplayed,
  "unit/transport/upper": unitTransportUpper,
  "unit/transport/weather": unitTransportWeather,
  "vectors/beacons": vectorsBeacons,
  "vectors/crypto": vectorsCrypto,
  "vectors/foundation": vectorsFoundation,
  "vectors/foundation-configuration": vectorsFoundationConfiguration,
  "vectors/network-layer": vectorsNetworkLayer,
  "vectors/provisioning": vectorsProvisioning,
  "vectors/proxy": vectorsProxy,
  "vectors/transport": vectorsTransport,
};
