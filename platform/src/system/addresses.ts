// Addresses: which the platform may connect to on a merchant's word, and what they count as when they come to us.
//
// Which may be connected to: a notification URL must not become a way to reach the operator's own network (SSRF): private, link-local, metadata, translated and reserved ranges are refused.
import ipaddr from 'ipaddr.js';

/** `anywhere`: the operator's own addresses, which nobody else names. */
export type Reach = 'public' | 'public-and-loopback' | 'anywhere';

/** Public by its range, yet a cloud's own: Azure answers its virtual machines there. The other clouds' are link-local. */
const metadataAddresses = new Set(['168.63.129.16']);
/** All that the registries hand out as global unicast. What lies outside is unassigned, or IPv4 in an old disguise. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address, as DNS answered it, may be connected to. IPv4 in IPv6 clothes is judged as IPv4. */
export function mayConnect(address: string, reach: Reach): boolean {
  if (!ipaddr.isValid(address)) return false;
  if (reach === 'anywhere') return true;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === 'loopback') return reach === 'public-and-loopback';
  if (range !== 'unicast' || metadataAddresses.has(parsed.toString())) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
}

/**
 * What can be said of a URL's host before any name is asked: an address that may not be connected to, or a name that
 * never leads outside. Names are checked again by what they resolve to, when something is sent.
 */
export function mayNotify(url: string, reach: Reach): boolean {
  const host = new URL(url).hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (ipaddr.isValid(host)) return mayConnect(host, reach);
  if (/(^|\.)localhost$/.test(host)) return reach === 'public-and-loopback';
  return !/\.(local|internal|home\.arpa)$/.test(host);
}

export const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';

const networkBits = 64;

/**
 * What an address counts as where requests are counted: an IPv4 address as itself, also in IPv6 clothes; an IPv6 address
 * as its /64, all of which one subscriber has.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv4
    ? parsed.toString()
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${networkBits}`).toString()}/${networkBits}`;
}

/** Parses a list like `10.0.0.0/8, 2001:db8::1`; throws a one-line error that names what is no address. */
export function addressList(text: string): (address: string) => boolean {
  const ranges = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      if (ipaddr.isValidCIDR(part)) return ipaddr.parseCIDR(part);
      if (!ipaddr.isValid(part))
        throw new Error(`"${part}" is neither an address nor a range like 10.0.0.0/8`);
      const address = ipaddr.process(part);
      return [address, address.kind() === 'ipv4' ? 32 : 128] as [typeof address, number];
    });
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  };
}
