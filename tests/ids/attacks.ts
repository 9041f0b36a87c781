/** Known attacks on a mesh node and on other implementations: what each asks of a test. */

import type { Case } from "./case.js";

/** A: the authentication; B: the protocol; C: faults of other implementations; D: the language and its engine. */
export const ATTACKS: readonly Case[] = [
  {
    id: "T-A1",
    meaning: "A mirror sends the device's own key, confirmation or random back: each is refused.",
  },
  {
    id: "T-A2",
    meaning: "A forged pair of confirmation and random fails with HMAC; two attempts get different randoms.",
    without: "the forgery that CMAC allows to whoever knows AuthValue is not rebuilt",
  },
  { id: "T-A3", meaning: "A thousand guesses: their rate is bounded." },
  { id: "T-A4", meaning: "A restart does not forget the guesses." },
  {
    id: "T-A5",
    meaning: "The device's random leaves only after the provisioner's confirmation and random, in order.",
  },
  { id: "T-A6", meaning: "A wrong AuthValue fails." },
  { id: "T-A7", meaning: "Provisioning data with a wrong MIC fail." },
  { id: "T-A8", meaning: "A static value of any length but the exact ones is refused." },
  { id: "T-B1", meaning: "Every Start against every policy." },
  { id: "T-B2", meaning: "Whoever wants HMAC alone is not talked down to CMAC." },
  {
    id: "T-B3",
    meaning: "Points that are not on the curve are refused before anything is computed with them.",
  },
  {
    id: "T-B4",
    meaning: "A key pair that is known out of band serves again, and its private key shows nowhere.",
    without: "the time that the curve takes is the platform's (T-D5); the pair is the product's, and stays",
  },
  { id: "T-B5", meaning: "A second link, and a stranger who closes or takes over the first." },
  {
    id: "T-B6",
    meaning: "Floods of invitations, and sessions that do not go on, cost a minute each.",
    without:
      "only failed confirmations delay the next session; whoever talks on a link in time, or opens one link " +
      "after the other, keeps others out",
  },
  { id: "T-B7", meaning: "Every PDU type in every state." },
  {
    id: "T-B8",
    meaning:
      "A power cut at each write leaves the old state or the new one, repeats no sequence number and lets no replay pass.",
    without: "with the default delay of the replay list, the last five seconds before a cut can be replayed",
  },
  { id: "T-B9", meaning: "Jumps of the IV index." },
  { id: "T-B10", meaning: "A replay list that is filled by many sources." },
  {
    id: "T-B11",
    meaning: "Friend queues that overflow, and a false Friend Clear.",
    status: { open: "the node is no friend yet" },
  },
  {
    id: "T-B12",
    meaning: "Floods of filter addresses, slow readers, wrong segments at the proxy.",
  },
  { id: "T-B13", meaning: "A solicitation that is replayed." },
  {
    id: "T-B14",
    meaning: "A Node Reset by who has the device key is done and answered first.",
  },
  { id: "T-B15", meaning: "No secret in any trace." },
  {
    id: "T-B16",
    meaning: "Secrets are compared in a time that says nothing about them.",
    without: "how the sources are written is checked, and no time measured",
  },
  { id: "T-B17", meaning: "Without good random numbers there is no key, and it shows." },
  {
    id: "T-B18",
    meaning: "Nobody is followed by a UUID or a Node Identity.",
    status: { open: "private beacons are not built yet, and Node Identity comes with the proxy" },
  },
  {
    id: "T-C1",
    meaning: "Noise and contradictions in PB-ADV transactions: nothing is written where it should not be.",
  },
  { id: "T-C2", meaning: "Both algorithms on every path: buffers of 16 and of 32 octets." },
  { id: "T-C3", meaning: "A Solicitation PDU that is too long." },
  { id: "T-C4", meaning: "Whatever comes twice does no harm." },
  { id: "T-C5", meaning: "No notification for who has not subscribed." },
  { id: "T-C6", meaning: "A proxy message that is too long." },
  { id: "T-C7", meaning: "A provisioned node opens no provisioning link." },
  {
    id: "T-C8",
    meaning: "Segments of the lower transport layer that contradict each other.",
  },
  { id: "T-C9", meaning: "A product has no switch that is there for tests only." },
  {
    id: "T-D1",
    meaning: "A flood of frames: no exception, and nothing piles up.",
    without: "some ten thousand frames on both engines, not a million; the heap is not measured",
  },
  {
    id: "T-D2",
    meaning: "Every queue has an end.",
    without: "seen by what the device does under a flood; the engines do not tell sizes",
  },
  { id: "T-D3", meaning: "No memory is set aside because a stranger says so." },
  {
    id: "T-D4",
    meaning: "Secrets are overwritten after use.",
    without: "values that are numbers or text cannot be, nor what the engine or a library has copied",
  },
  {
    id: "T-D5",
    meaning: "P-256 takes the same time for every key, or the risk is written down.",
    status: {
      open:
        "the simulator's P-256 is a library's on BigInt, whose time depends on its operands; " +
        "boards bring their own, and are not there yet",
    },
  },
  {
    id: "T-D6",
    meaning: "The simulator's control port is for this machine only.",
    status: {
      notApplicable:
        "there is no control port: commands come by standard input, and the ether is a socket of this " +
        "user's alone (tests/host/ether.test.ts)",
    },
  },
  {
    id: "T-D7",
    meaning: "Keys in a board's flash are protected, or a warning says that they are not.",
    status: { open: "comes with the boards; in the simulator the state folder is this user's alone" },
  },
];
