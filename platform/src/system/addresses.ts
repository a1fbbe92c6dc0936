// Which addresses the platform may connect to on a merchant's word. A notification URL must not become a way to reach
// the operator's own network (SSRF): private, link-local, metadata and reserved ranges are refused.
import ipaddr from 'ipaddr.js';

export type Reach = 'public' | 'public-and-loopback';

/** Whether an address, as DNS answered it, may be connected to. IPv4 in IPv6 clothes is judged as IPv4. */
export function mayConnect(address: string, reach: Reach): boolean {
  if (!ipaddr.isValid(address)) return false;
  const range = ipaddr.process(address).range();
  return range === 'unicast' || (range === 'loopback' && reach === 'public-and-loopback');
}

export const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
