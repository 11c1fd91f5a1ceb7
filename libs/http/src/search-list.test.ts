import { expect, test } from '@jest/globals';
import { candidatesOf, readSearchList } from './search-list.ts';

const pod = { domains: ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 };

test.each([
  ['', [], 1],
  [
    'nameserver 10.96.0.10\nsearch ns.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
    pod.domains,
    5,
  ],
  ['search a.example b.example\nsearch c.example\n', ['c.example'], 1],
  ['search a.example b.example\ndomain c.example d.example\n', ['c.example'], 1],
  ['domain c.example\nsearch a.example\tb.example \n', ['a.example', 'b.example'], 1],
  ['# search a.example\n; domain b.example\n  search c.example\nsearchd.example\n', [], 1],
  ['search a.example.\r\noptions timeout:1 ndots:2 rotate\r\noptions attempts:1\r\n', ['a.example'], 2],
  ['options ndots:2\noptions ndots:3 ndots:x ndots:-1\n', [], 3],
  ['options ndots:99\n', [], 15],
  ['options ndots:0\n', [], 0],
  ['search 1.x 2.x 3.x 4.x 5.x 6.x 7.x\n', ['1.x', '2.x', '3.x', '4.x', '5.x', '6.x'], 1],
  [`search ${'a'.repeat(200)} ${'b'.repeat(56)} c.x\n`, ['a'.repeat(200), 'b'.repeat(56)], 1],
])('%j has the search list %j and ndots %i', (conf, domains, ndots) => {
  expect(readSearchList(conf, 'machine')).toEqual({ domains, ndots });
});

test.each([
  ['machine.example.com', '', ['example.com']],
  ['machine', '', []],
  ['machine.example.com', 'search .\n', ['']],
  ['machine.example.com', 'search a.example\n', ['a.example']],
])('on the machine %s a resolv.conf with %j searches %j', (hostname, conf, domains) => {
  expect(readSearchList(conf, hostname).domains).toEqual(domains);
});

test.each([
  // The name has fewer dots than ndots: the search list is tried first, then the name.
  ['a.b.svc', pod, [...pod.domains.map((domain) => `a.b.svc.${domain}`), 'a.b.svc']],
  ['a', { domains: ['x.example'], ndots: 1 }, ['a.x.example', 'a']],
  // The name has at least ndots dots: the name is tried first, then the search list.
  ['a.b.c.d.e.f', pod, ['a.b.c.d.e.f', ...pod.domains.map((domain) => `a.b.c.d.e.f.${domain}`)]],
  ['a.b', { domains: ['x.example'], ndots: 1 }, ['a.b', 'a.b.x.example']],
  ['a', { domains: ['x.example'], ndots: 0 }, ['a', 'a.x.example']],
  // A complete name: only the name is tried.
  ['a.', pod, ['a.']],
  ['a.b.c.d.e.f.', pod, ['a.b.c.d.e.f.']],
  ['a', { domains: [''], ndots: 1 }, ['a']],
  ['a', { domains: [], ndots: 1 }, ['a']],
])('%s is looked up, with the list %j, as %j', (hostname, list, names) => {
  expect(candidatesOf(hostname, list)).toEqual(names);
});
