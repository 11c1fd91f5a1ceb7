import { expect, test } from '@jest/globals';
import { isAllowedAddress } from './addresses.ts';

const publicAddresses = [
  '8.8.8.8',
  '1.1.1.1',
  '203.0.112.255',
  '2606:4700:4700::1111',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '64:ff9b::8.8.8.8',
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
  ['ORCHID', '2001:20::1'],
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
