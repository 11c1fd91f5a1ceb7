import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All addresses that cannot be read count as one, so that no text gets a budget of its own. */
const unreadable = 'unknown';

/**
 * The network that limits count a client by: an IPv4 address, or the /64 of an IPv6 address, because a /64 is the
 * smallest network that a provider gives to one customer (RFC 6177). An IPv4 address mapped into IPv6 counts as the
 * IPv4 address.
 */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address;
  const host = /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  if (isIPv4(host)) return host;
  if (!ipaddr.IPv6.isValid(host)) return unreadable;
  const parsed = ipaddr.IPv6.parse(host);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const [a = 0, b = 0, c = 0, d = 0] = parsed.parts;
  return `${[a, b, c, d].map((part) => part.toString(16)).join(':')}::/64`;
}
