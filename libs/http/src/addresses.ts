import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

// Metadata services give out credentials of the machine. They are listed by address, because three of them are in ranges
// that are allowed in development, and Azure's is in public space.
const metadataAddresses = new Set(
  ['169.254.169.254', '168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'].map((text) =>
    ipaddr.parse(text).toNormalizedString(),
  ),
);

const developmentRanges = new Set(['loopback', 'private', 'carrierGradeNat', 'uniqueLocal']);

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
const documentation = ipaddr.IPv6.parseCIDR('3fff::/20');
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether a connection to this IP address may be opened. Only public unicast addresses may. An IPv4 address mapped into IPv6
 * (RFC 4291) or translated by the well-known NAT64 prefix (RFC 6052) counts as the IPv4 address. Every other form of IPv4 in
 * IPv6 is refused. `allowPrivate` adds loopback and private networks, never metadata services.
 */
export function isAllowedAddress(text: string, allowPrivate: boolean): boolean {
  // ipaddr.js reads the IPv4-compatible `::a.b.c.d`, as inet_ntop prints it, as a mapped address.
  if (!ipaddr.isValid(text) || /^::\d+\./.test(text)) return false;
  const address = embedded(ipaddr.parse(text));
  if (metadataAddresses.has(address.toNormalizedString())) return false;
  const range = address.range();
  if (allowPrivate && developmentRanges.has(range)) return true;
  // The list of special IPv6 ranges grows and misses `::a.b.c.d`, so anything but global unicast is refused.
  if (isIPv6(address) && (!address.match(globalUnicast) || address.match(documentation))) return false;
  return range === 'unicast';
}

function embedded(address: Address): Address {
  if (!isIPv6(address)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(nat64) ? ipaddr.fromByteArray(address.toByteArray().slice(12)) : address;
}

function isIPv6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6';
}
