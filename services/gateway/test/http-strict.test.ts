import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { send } from './probe/send.ts';
import { type Probe, startProbe } from './probe/start-probe.ts';

const echo = '/api/v1/probe/echo/1';
const items = '/api/v1/probe/items';
const strict = { prefer: 'handling=strict' };
let probe: Probe;
beforeAll(async () => {
  probe = await startProbe('over gRPC');
});
afterAll(async () => probe[Symbol.asyncDispose]());

test('an unknown member is refused where the request prefers that, and the answer says so', async () => {
  const body = { name: 'n', item: { colour: 'red' } };
  const answer = await send(probe, 'POST', echo, { body, headers: strict });
  expect(answer).toMatchObject({
    status: 400,
    json: {
      error: 'unknown_member',
      errors: { 'item.colour': ['is not a known member; did you mean color?'] },
      violations: [
        {
          path: 'item.colour',
          code: 'unknown_member',
          message: 'is not a known member; did you mean color?',
          suggestion: 'color',
        },
      ],
    },
  });
  expect(answer.headers.get('preference-applied')).toBe('handling=strict');
  const lenient = await send(probe, 'POST', echo, { body });
  expect(lenient.status).toBe(201);
  expect(lenient.headers.has('preference-applied')).toBe(false);
});

test('a good request is answered as ever, and the answer says that it was read strictly', async () => {
  const answer = await send(probe, 'POST', echo, { body: { name: 'n' }, headers: strict });
  expect([answer.status, answer.headers.get('preference-applied')]).toEqual([201, 'handling=strict']);
  expect((await send(probe, 'GET', `${items}?count=1&tags[]=a`, { headers: strict })).status).toBe(200);
});

test.each([
  ['GET', `${items}?colr=red`, undefined, 'color'],
  ['GET', '/api/v1/probe/lists?cuont=2', undefined, 'count'],
  ['POST', `${echo}?any=1`, { name: 'n' }, undefined],
  ['POST', '/api/v1/probe/raw?x=1', undefined, undefined],
  ['POST', '/api/v1/probe/uploads?dry_runs=1', undefined, 'dry_run'],
])('%s %s names the parameter that was meant', async (method, path, body, suggestion) => {
  const answer = await send(probe, method, path, { body, headers: strict });
  expect(answer).toMatchObject({ status: 400, json: { error: 'unknown_member' } });
  expect((answer.json['violations'] as { suggestion?: string }[])[0]?.suggestion).toBe(suggestion);
  expect((await send(probe, method, path, { body })).status).toBeLessThan(300);
});

test.each([
  'handling=lenient',
  'handling=lenient, handling=strict',
  'strict',
  'handling="strict',
  ',,;=,"',
  `x="${'\\'.repeat(5_000)}`,
  'note="handling=strict"',
])('Prefer: %s asks for nothing', async (prefer) => {
  const answer = await send(probe, 'GET', `${items}?colr=red`, { headers: { prefer } });
  expect([answer.status, answer.headers.has('preference-applied')]).toEqual([200, false]);
});

test('the order of checks stays: a bad role comes before an unknown member', async () => {
  const answer = await send(probe, 'POST', echo, { body: { nmae: 1 }, headers: strict, role: 'viewer' });
  expect(answer).toMatchObject({ status: 403, json: { error: 'insufficient_role', violations: [] } });
});

test('every violation says its kind, and the values that would do', async () => {
  const body = { item: { color: 'rde', count: 'x', tags: [null], at: 'now', extra: { constructor: 1 } } };
  const answer = await send(probe, 'POST', echo, { body: { ...body, name: 'n' } });
  expect(answer.json['violations']).toEqual([
    {
      path: 'item.color',
      code: 'enum',
      message: 'must be one of red, dark_blue',
      allowed: ['red', 'dark_blue'],
      suggestion: 'red',
    },
    { path: 'item.count', code: 'type', message: 'must be an integer' },
    { path: 'item.tags.0', code: 'type', message: 'must not be null' },
    { path: 'item.at', code: 'format', message: 'must be an RFC 3339 timestamp such as 2026-04-02T12:00:00Z' },
    { path: 'item.extra.constructor', code: 'not_allowed', message: 'the key constructor is not allowed' },
  ]);
  const failed = await send(probe, 'POST', echo, { body: { name: 'n', fail: 'invalid' } });
  expect(failed.json['violations']).toEqual([{ path: 'item.id', code: 'invalid', message: 'is no good' }]);
});
