/** Addresses. MshPRT 3.4.2. */

/** The addresses that have names. MshPRT 3.4.2.1, 3.4.2.4. */
export const Address = Object.freeze({
  Unassigned: 0x0000,
  AllDirectedForwardingNodes: 0xfffb,
  AllProxies: 0xfffc,
  AllFriends: 0xfffd,
  AllRelays: 0xfffe,
  AllNodes: 0xffff,
} as const);

/** 0001 to 7fff: one element. MshPRT 3.4.2.2. */
export function isUnicast(address: number): boolean {
  return address > 0 && address < 0x8000;
}

/** 8000 to bfff: stands for one or more Label UUIDs. MshPRT 3.4.2.3. */
export function isVirtual(address: number): boolean {
  return address >= 0x8000 && address < 0xc000;
}

/** c000 to ffff: a group, fixed or not. MshPRT 3.4.2.4. */
export function isGroup(address: number): boolean {
  return address >= 0xc000;
}

/** The addresses of a node's elements: `count` of them from `first` on. MshPRT 2.3.4. */
export interface ElementAddresses {
  readonly first: number;
  readonly count: number;
}

/** Whether an address is that of an element of this node. */
export function owns(elements: ElementAddresses, address: number): boolean {
  return address >= elements.first && address < elements.first + elements.count;
}
