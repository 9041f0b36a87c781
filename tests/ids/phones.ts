/** What phone apps ask of a device, and what they were seen to do: each with the tests that play it. */

import type { Case } from "./case.js";

/** P: requirements that follow from the apps' sources and their users' complaints. S: seen when an app ran. */
export const PHONES: readonly Case[] = [
  {
    id: "P-1",
    meaning:
      "Exactly one of the services 1827 and 1828 is visible; they are swapped with Service Changed, on a live connection too.",
  },
  { id: "P-2", meaning: "The device has the same Bluetooth address before and after its provisioning." },
  {
    id: "P-3",
    meaning: "UUIDs and service data are in the advertisement, name and URI in the scan response.",
  },
  {
    id: "P-4",
    meaning:
      "Advertising is fast for a minute and after each connection: seen within 1.5 s, and 2.5 s in turn with PB-ADV.",
  },
  {
    id: "P-5",
    meaning:
      "An ATT_MTU of 23 to 517: full segments out, four and more put together, 20 s for a message and no more.",
  },
  {
    id: "P-6",
    meaning: "Six writes at once are taken; a subscription of another value than 0 and 1 is refused.",
  },
  {
    id: "P-7",
    meaning:
      "Nothing before the subscription; after it a beacon of each network at once, always with the present IV Index.",
  },
  {
    id: "P-8",
    meaning: "Both algorithms by default, CMAC alone by a switch, HMAC alone only when it is asked for.",
  },
  { id: "P-9", meaning: "No public key out of band, and no authentication needed, unless it is asked for." },
  { id: "P-10", meaning: "One output action and one input action by default; a Start is checked strictly." },
  {
    id: "P-11",
    meaning: "The key may follow Start without a pause; each connection begins with a clean state.",
  },
  {
    id: "P-12",
    meaning:
      "A minute for each step, and for whoever says nothing; a lost connection makes the device visible within a second.",
  },
  {
    id: "P-13",
    meaning:
      "A failure is told with its code, the connection kept, and every later PDU refused as unexpected.",
  },
  { id: "P-14", meaning: "The node is stored before Complete, which comes within a second." },
  {
    id: "P-15",
    meaning:
      "Node Identity within 300 ms after the connection, for a minute, then Network ID; nothing private by default.",
  },
  { id: "P-16", meaning: "An accept list by default, with room for the groups of a phone and a true count." },
  { id: "P-17", meaning: "Configuration messages are answered within half a second." },
  { id: "P-18", meaning: "The device has the same UUID after a reset." },
  { id: "P-19", meaning: "A reset is answered, and the answer delivered, before the connection ends." },
  { id: "P-20", meaning: "The behaviour of each app can be played." },
  {
    id: "S-1",
    meaning: "The phone cuts at ATT_MTU - 3 what it has joined: every segment but the last is full.",
  },
  {
    id: "S-2",
    meaning: "At two sizes the phone sends a broken public key: an error, and the device lives on.",
  },
  { id: "S-3", meaning: "The public key is written behind a Start that is refused: one Failed is enough." },
  { id: "S-4", meaning: "Capabilities that come before the report of the written Invite are never heard." },
  { id: "S-5", meaning: "Of both algorithms the phone takes CMAC; with HMAC alone it gives up." },
  { id: "S-6", meaning: "Beep becomes Vibrate in the app: a strict device refuses it." },
  {
    id: "S-7",
    meaning: "Push and Twist have one digit; nothing comes from the phone before Input Complete.",
  },
  { id: "S-8", meaning: "After a failure a new Invite comes on the same connection." },
  { id: "S-9", meaning: "A PDU before any Invite crashes the app; Complete twice is counted twice." },
  {
    id: "S-10",
    meaning: "A connection lost within a notified PDU: the next connection begins with a whole one.",
  },
  {
    id: "S-11",
    meaning: "After Complete the phone looks for Node Identity, and asks two seconds after it connects.",
  },
  { id: "S-12", meaning: "No filter is set: the answers reach the phone all the same." },
  { id: "S-13", meaning: "Segments come once; those that were lost again, with new sequence numbers." },
  { id: "S-14", meaning: "The segments of an answer are acknowledged twice." },
  { id: "S-15", meaning: "Proxy configuration takes two sequence numbers each." },
  { id: "S-16", meaning: "The phone forgets a node when the Status of its reset arrives." },
  {
    id: "S-17",
    meaning: "A beacon five IV Indexes ahead is taken; TTL 5 for messages, 0 for proxy configuration.",
  },
];
