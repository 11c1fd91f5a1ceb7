import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The network of every address that cannot be parsed. All these addresses share one budget, so that no client gets a
 * budget of its own by such an address.
 */
const unreadable = 'unknown';

/**
 * Returns the network by which limits count a client: an IPv4 address, or the /64 of an IPv6 address, because a /64 is
 * the smallest network that a provider assigns to one customer (RFC 6177). An IPv4-mapped IPv6 address is counted as
 * the IPv4 address.
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
