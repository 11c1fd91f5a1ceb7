import { publicService, type ServiceName, serviceNames, serviceOf } from '@drippulse/topology';
import { expect, test } from '@jest/globals';
import { createChainHeaders } from './chains.ts';
import { generateInternalTokenKeys, parseInternalTokenKeys } from './token-keys.ts';

const now = new Date('2026-11-26T12:00:00Z');
const dayMs = 86_400_000;
const keys = generateInternalTokenKeys(serviceNames);
const headersOf = (service: ServiceName, from = keys) => createChainHeaders(parseInternalTokenKeys(from[service]));
const gateway = headersOf(publicService);
const sender = headersOf(serviceOf('enrollments'));
const chain = { organizationId: 12n, cause: 'enrollment:3:4711' };

test.each([serviceOf('enrollments'), serviceOf('webhooks')])(
  'the public service reads a header of %s until it has expired',
  (service) => {
    const header = headersOf(service).sign(chain, now);
    expect(gateway.read(header, now)).toEqual(chain);
    expect(gateway.read(header, new Date(now.getTime() + dayMs - 1))).toEqual(chain);
    expect(gateway.read(header, new Date(now.getTime() + dayMs))).toBeUndefined();
    expect(header.length).toBeLessThan(120);
  },
);

test('a header that anybody else made, or changed in any part, is none', () => {
  const header = sender.sign(chain, now);
  const parts = header.split('.');
  const changed = parts.map((part, index) => {
    const other = part.at(-1) === '1' ? '2' : '1';
    return parts.with(index, `${part.slice(0, -1)}${other}`).join('.');
  });
  const elsewhere = headersOf(serviceOf('enrollments'), generateInternalTokenKeys(serviceNames)).sign(chain, now);
  const forged = [
    ...changed,
    elsewhere,
    `${header}.`,
    `${header}x`,
    parts.slice(0, 4).join('.'),
    '',
    '....',
    'x'.repeat(9_999),
  ];
  for (const text of forged) expect([text, gateway.read(text, now)]).toEqual([text, undefined]);
});

test('a header is valid at the public service alone', () => {
  expect(headersOf(serviceOf('crm')).read(sender.sign(chain, now), now)).toBeUndefined();
});
