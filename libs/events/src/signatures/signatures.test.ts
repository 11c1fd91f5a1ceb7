import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { TransportMessage } from '../transport.ts';
import { createVerify, type EventKeys, signatureHeader, signMessages } from './signatures.ts';

const topic = 'drippulse.probes.v1';
const pairs = { probes: generateKeyPairSync('ed25519'), others: generateKeyPairSync('ed25519') };
const verifying = new Map(
  Object.entries(pairs).map(([service, { publicKey }]) => [`${service}/1`, { service, key: publicKey }]),
);
const keysOf = (service: keyof typeof pairs): EventKeys => ({
  signing: { kid: `${service}/1`, key: pairs[service].privateKey },
  verifying,
});
const verifier = () => createVerify(keysOf('others'), () => ['probes']);

const message = (index: number): TransportMessage => ({
  key: `7:probe:${index}`,
  value: new Uint8Array(Buffer.from(`value ${index}`)),
  headers: { ce_id: `evt_${index}`, ce_type: 'probe.touched', ce_time: 'now', organization: '7', traceparent: '1' },
});

test.each([1, 2, 3, 31, 32, 33, 100])('every one of %i messages that are sent together is accepted alone', (count) => {
  const signed = signMessages(
    topic,
    Array.from({ length: count }, (_, index) => message(index)),
    keysOf('probes'),
  );
  expect(signed.map(({ value, key }) => ({ value, key }))).toEqual(
    Array.from({ length: count }, (_, index) => ({ value: message(index).value, key: message(index).key })),
  );
  const verify = verifier();
  expect(signed.map((one) => verify(topic, one))).toEqual(Array(count).fill(undefined));
  expect(signed.map((one) => verifier()(topic, one))).toEqual(Array(count).fill(undefined));
});

test('messages that are sent together share signatures, 32 of them one', () => {
  const signed = signMessages(
    topic,
    Array.from({ length: 100 }, (_, index) => message(index)),
    keysOf('probes'),
  );
  expect(new Set(signed.map(({ headers }) => headers[signatureHeader]?.split(' ')[1])).size).toBe(4);
});

const [genuine, sibling] = signMessages(topic, [message(1), message(2)], keysOf('probes'));
if (genuine === undefined || sibling === undefined) throw new Error('two messages were signed');
const withHeaders = (headers: Record<string, string>) => ({ ...genuine, headers: { ...genuine.headers, ...headers } });
const [kid = '', signature = '', path = ''] = (genuine.headers[signatureHeader] ?? '').split(' ');
const wrong = 'The signature of the event is wrong.';

test.each<[string, TransportMessage, string]>([
  ['no signature', message(1), 'The event is not signed.'],
  [
    'an unknown key',
    withHeaders({ [signatureHeader]: `probes/2 ${signature} ${path}` }),
    'The event is signed by an unknown key.',
  ],
  [
    'the key of another service',
    signMessages(topic, [message(1)], keysOf('others'))[0] ?? message(1),
    'The event is signed by others, which does not publish drippulse.probes.v1.',
  ],
  ['another value', { ...genuine, value: message(2).value }, wrong],
  ['another key', { ...genuine, key: '8:probe:1' }, wrong],
  ['another id', withHeaders({ ce_id: 'evt_9' }), wrong],
  ['another type', withHeaders({ ce_type: 'probe.removed' }), wrong],
  ['another organization', withHeaders({ organization: '8' }), wrong],
  [
    'the signature of another topic',
    signMessages('drippulse.others.v1', [message(1)], keysOf('probes'))[0] ?? genuine,
    wrong,
  ],
  ['the path of its neighbour', withHeaders({ [signatureHeader]: sibling.headers[signatureHeader] ?? '' }), wrong],
  ['no path', withHeaders({ [signatureHeader]: `${kid} ${signature}` }), wrong],
  ['half a path', withHeaders({ [signatureHeader]: `${kid} ${signature} ${path.slice(0, 20)}` }), wrong],
  ['an endless path', withHeaders({ [signatureHeader]: `${kid} ${signature} ${'A'.repeat(100_000)}` }), wrong],
  ['no words', withHeaders({ [signatureHeader]: '' }), 'The event is signed by an unknown key.'],
])('an event with %s is refused', (_name, forged, reason) => {
  expect(verifier()(topic, forged)).toBe(reason);
});

test('an event that is changed after its neighbours were accepted is refused', () => {
  const verify = verifier();
  expect([genuine, sibling, genuine].map((one) => verify(topic, one))).toEqual([undefined, undefined, undefined]);
  expect(verify(topic, { ...genuine, value: message(3).value })).toBe(wrong);
  expect(verify('drippulse.others.v1', genuine)).toBe(wrong);
});

test('the trace of a message may change on its way', () => {
  expect(verifier()(topic, withHeaders({ traceparent: 'another' }))).toBeUndefined();
});

test('events that a former key signed are accepted as long as its public key is listed', () => {
  const former = generateKeyPairSync('ed25519');
  const [old] = signMessages(topic, [message(1)], {
    ...keysOf('probes'),
    signing: { kid: 'probes/0', key: former.privateKey },
  });
  const publisher = () => ['probes'];
  const listed = new Map([...verifying, ['probes/0', { service: 'probes', key: former.publicKey }]]);
  expect(createVerify({ ...keysOf('others'), verifying: listed }, publisher)(topic, old ?? genuine)).toBeUndefined();
  expect(verifier()(topic, old ?? genuine)).toBe('The event is signed by an unknown key.');
});
