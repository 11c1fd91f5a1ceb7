import ipaddr from 'ipaddr.js';
import { specialBlocks } from './special-addresses.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Block = { network: Address; bits: number; isGloballyReachable: boolean };

// Metadata services give out credentials of the machine. They are listed by address, because three of the addresses are
// in ranges that are allowed in development, and Azure's address is in public space.
const metadataAddresses = new Set(
  ['169.254.169.254', '168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'].map((text) =>
    ipaddr.parse(text).toNormalizedString(),
  ),
);

/** Loopback, private networks and the shared address space of RFC 6598. */
const developmentBlocks = blocksOf(
  ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '::1/128', 'fc00::/7'].map(
    (block) => [block, true],
  ),
);

/**
 * Blocks of addresses, each marked as allowed or refused. If several blocks contain an address, the one with the
 * longest prefix decides. The list has the blocks of IANA's special-purpose registries and, below them, all of IPv4
 * except multicast (RFC 5771), and of IPv6 only the global unicast space (RFC 4291), so that an unregistered form, such
 * as `::a.b.c.d`, is refused. The registry calls identifiers that are not locators (ORCHIDv2 of RFC 7343, and drone ids
 * of RFC 9374) reachable, but no packet is routed to them, so they are left out.
 */
const blocks = blocksOf([
  ['0.0.0.0/0', true],
  ['224.0.0.0/4', false],
  ['::/0', false],
  ['2000::/3', true],
  ...specialBlocks
    .filter(([block]) => block !== '2001:20::/28' && block !== '2001:30::/28')
    .map(([block, , isGloballyReachable]) => [block, isGloballyReachable === true] as const),
]);

const mapped = ipaddr.IPv6.parseCIDR('::ffff:0:0/96');
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether a connection to this IP address may be opened: only if IANA calls the address globally reachable. An IPv4
 * address inside an IPv6 address is judged too if it is mapped (RFC 4291), translated with the well-known NAT64 prefix
 * (RFC 6052) or the end of an ISATAP address (RFC 5214). All other IPv6 addresses that contain an IPv4 address are
 * refused: 6to4, Teredo, IPv4-compatible and local NAT64. `allowPrivate` adds loopback and private networks, never
 * metadata services.
 */
export function isAllowedAddress(text: string, allowPrivate: boolean): boolean {
  // ipaddr.js reads the IPv4-compatible form `::a.b.c.d`, which inet_ntop prints, as a mapped address.
  if (!ipaddr.isValid(text) || /^::\d+\./.test(text)) return false;
  return formsOf(ipaddr.parse(text)).every((address) => isAllowed(address, allowPrivate));
}

function isAllowed(address: Address, allowPrivate: boolean): boolean {
  if (metadataAddresses.has(address.toNormalizedString())) return false;
  if (allowPrivate && blockOf(developmentBlocks, address) !== undefined) return true;
  return blockOf(blocks, address)?.isGloballyReachable === true;
}

/** Returns the addresses to judge: the address that packets go to, and the IPv4 address in it, if there is one. */
function formsOf(address: Address): Address[] {
  if (!isIPv6(address)) return [address];
  const bytes = address.toByteArray();
  const last: Address = ipaddr.fromByteArray(bytes.slice(12));
  if (address.match(mapped) || address.match(nat64)) return [last];
  const isIsatap = (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  return isIsatap ? [address, last] : [address];
}

/** Sorts blocks by the length of their prefix, the longest first. */
function blocksOf(rows: readonly (readonly [block: string, isGloballyReachable: boolean])[]): Block[] {
  return rows
    .map(([block, isGloballyReachable]) => {
      const [network, bits] = ipaddr.parseCIDR(block);
      return { network, bits, isGloballyReachable };
    })
    .sort((one, other) => other.bits - one.bits);
}

function blockOf(among: readonly Block[], address: Address): Block | undefined {
  return among.find(({ network, bits }) => network.kind() === address.kind() && address.match(network, bits));
}

function isIPv6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6';
}
