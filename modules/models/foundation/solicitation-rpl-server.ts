/** The Solicitation PDU RPL Configuration Server: forgets the numbers of clients that begin anew. MshPRT 4.4.17. */

import { getUint16LE, octet } from "../../bytes.js";
import { PrivateServer } from "./private-server.js";
import type { PrivateStack } from "./private-stack.js";

/** Assigned Numbers. */
const SOLICITATION_PDU_RPL_CONFIGURATION_SERVER = 0x0014;

const Opcode = Object.freeze({
  ItemsClear: 0x8078,
  ItemsClearUnacknowledged: 0x8079,
  ItemsStatus: 0x807a,
} as const);

/** The last address that an element can have. MshPRT 3.4.2.2. */
const MAX_UNICAST = 0x7fff;

const REQUESTS = Object.freeze([
  Object.freeze({
    opcode: Opcode.ItemsClear,
    minLength: 2,
    maxLength: 3,
    answer: Opcode.ItemsStatus,
    handle: clear,
  }),
  Object.freeze({
    opcode: Opcode.ItemsClearUnacknowledged,
    minLength: 2,
    maxLength: 3,
    answer: undefined,
    handle: clear,
  }),
]);

/** Of a node with the Proxy feature, under application keys. */
export class SolicitationRplServer extends PrivateServer {
  constructor() {
    super(SOLICITATION_PDU_RPL_CONFIGURATION_SERVER, "application", REQUESTS);
  }
}

/** A unicast address range; the Status repeats it. Little-endian: LengthPresent is the lowest bit. MshPRT 3.4.2.2.1. */
function clear({ solicitations }: PrivateStack, parameters: Uint8Array): Uint8Array | undefined {
  const first = getUint16LE(parameters, 0) >> 1;
  const hasLength = (octet(parameters, 0) & 1) === 1;
  if (hasLength !== (parameters.length === 3)) return undefined;
  const count = hasLength ? octet(parameters, 2) : 1;
  const isRange = first > 0 && (!hasLength || count > 1) && first + count - 1 <= MAX_UNICAST;
  if (!isRange || !solicitations.clear(first, count)) return undefined;
  return parameters.slice();
}
