import { expect, test } from '@jest/globals';
import ipaddr from 'ipaddr.js';
import { isAllowedAddress } from './addresses.ts';
import { specialBlocks } from './special-addresses.ts';

const publicAddresses = [
  '8.8.8.8',
  '1.1.1.1',
  '203.0.112.255',
  '2606:4700:4700::1111',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '64:ff9b::8.8.8.8',
  '192.0.0.9',
  '2001:1::1',
  '2606:4700::5efe:808:808',
];

const privateAddresses = [
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '100.127.255.255',
  '::1',
  'fc00::1',
  'fd12:3456:789a::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::7f00:1',
  '2606:4700::5efe:10.0.0.1',
  '2606:4700::200:5efe:7f00:1',
];

const neverAllowed = [
  ['metadata of AWS, Google and Azure', '169.254.169.254'],
  ['metadata mapped into IPv6', '::ffff:169.254.169.254'],
  ['metadata behind NAT64', '64:ff9b::a9fe:a9fe'],
  ['wire server of Azure', '168.63.129.16'],
  ['metadata of Alibaba', '100.100.100.200'],
  ['metadata of Oracle', '192.0.0.192'],
  ['metadata of AWS, IPv6', 'fd00:ec2::254'],
  ['metadata of AWS, IPv6 written out', 'fd00:0ec2:0000:0000:0000:0000:0000:0254'],
  ['metadata of Google, IPv6', 'fd20:ce::254'],
  ['this host', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['this host, IPv6', '::'],
  ['link-local', '169.254.1.1'],
  ['link-local, IPv6', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['site-local', 'fec0::1'],
  ['multicast', '224.0.0.1'],
  ['multicast, IPv6', 'ff02::1'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['protocol assignments', '192.0.0.1'],
  ['documentation', '192.0.2.1'],
  ['documentation', '198.51.100.1'],
  ['documentation', '203.0.113.1'],
  ['documentation, IPv6', '2001:db8::1'],
  ['documentation, IPv6', '3fff::1'],
  ['benchmarks', '198.18.0.1'],
  ['6to4 relay', '192.88.99.1'],
  ['IPv4-compatible', '::127.0.0.1'],
  ['IPv4-compatible, public', '::8.8.8.8'],
  ['IPv4-translated', '::ffff:0:127.0.0.1'],
  ['local NAT64 prefix', '64:ff9b:1::7f00:1'],
  ['local NAT64 prefix, public', '64:ff9b:1::808:808'],
  ['6to4', '2002:7f00:1::'],
  ['6to4, public', '2002:808:808::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['ORCHID', '2001:10::1'],
  ['ORCHIDv2', '2001:20::1'],
  ['drone ids', '2001:30::1'],
  ['benchmarks, IPv6', '2001:2::1'],
  ['benchmarks mapped into IPv6', '::ffff:198.19.255.255'],
  ['benchmarks behind NAT64', '64:ff9b::198.18.0.1'],
  ['benchmarks behind 6to4', '2002:c612:1::1'],
  ['benchmarks behind ISATAP', '2606:4700::5efe:198.18.0.1'],
  ['dummy prefix', '100:0:0:1::1'],
  ['discard', '100::1'],
  ['segment routing', '5f00::1'],
  ['outside of global unicast', '4000::1'],
  ['no address', 'example.com'],
  ['empty', ''],
] as const;

test.each(publicAddresses)('%s is public', (address) => {
  expect(isAllowedAddress(address, false)).toBe(true);
  expect(isAllowedAddress(address, true)).toBe(true);
});

test.each(privateAddresses)('%s is allowed in development only', (address) => {
  expect(isAllowedAddress(address, false)).toBe(false);
  expect(isAllowedAddress(address, true)).toBe(true);
});

test.each(neverAllowed)('%s (%s) is never allowed', (_why, address) => {
  expect(isAllowedAddress(address, false)).toBe(false);
  expect(isAllowedAddress(address, true)).toBe(false);
});

const developmentBlocks = /^(10|100\.64|127|172\.16|192\.168)\.|^::1\/|^fc00:/;
/** Blocks that the registry calls reachable, although no packet is routed to them; see `addresses.ts`. */
const identifiers = ['2001:20::/28', '2001:30::/28'];

test.each(specialBlocks)(
  'both ends of %s (%s) are allowed only if the registry says so: %s',
  (block, _name, reachable) => {
    const [network, bits] = ipaddr.parseCIDR(block);
    for (const address of [network, lastOf(network, bits)].map((end) => end.toString())) {
      // A more specific block may contain the end of this block, as 192.0.0.0/24 contains 192.0.0.0/29. NAT64 and
      // mapped addresses are judged by the IPv4 address in them.
      if (longestBlockOf(address) !== block || block.endsWith('/96')) continue;
      expect(isAllowedAddress(address, false)).toBe(reachable === true && !identifiers.includes(block));
      if (!developmentBlocks.test(block))
        expect(isAllowedAddress(address, true)).toBe(isAllowedAddress(address, false));
    }
  },
);

test('every special IPv4 block is judged again in each form of IPv4 in IPv6', () => {
  for (const [block, , reachable] of specialBlocks) {
    const [network] = ipaddr.parseCIDR(block);
    if (network.kind() !== 'ipv4' || longestBlockOf(network.toString()) !== block) continue;
    const [a = 0, b = 0, c = 0, d = 0] = network.toByteArray();
    const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
    const isAllowed = reachable === true;
    expect(isAllowedAddress(`::ffff:${network}`, false)).toBe(isAllowed);
    expect(isAllowedAddress(`64:ff9b::${high}:${low}`, false)).toBe(isAllowed);
    expect(isAllowedAddress(`2606:4700::5efe:${high}:${low}`, false)).toBe(isAllowed);
    for (const never of [
      `2002:${high}:${low}::1`,
      `::${high}:${low}`,
      `64:ff9b:1::${high}:${low}`,
      `2001:0:${high}:${low}::`,
    ])
      expect([never, isAllowedAddress(never, false)]).toEqual([never, false]);
  }
});

function lastOf(network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): ipaddr.IPv4 | ipaddr.IPv6 {
  const bytes = network.toByteArray().map((byte, index) => {
    const own = Math.min(8, Math.max(0, bits - index * 8));
    return byte | (0xff >> own);
  });
  return ipaddr.fromByteArray(bytes);
}

function longestBlockOf(text: string): string | undefined {
  const address = ipaddr.parse(text);
  const found = specialBlocks.filter(([block]) => {
    const [network, bits] = ipaddr.parseCIDR(block);
    return network.kind() === address.kind() && address.match(network, bits);
  });
  return found.toSorted(([one], [other]) => bitsOf(other) - bitsOf(one))[0]?.[0];
}

function bitsOf(block: string): number {
  return Number(block.split('/')[1]);
}
