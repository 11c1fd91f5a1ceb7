import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { send } from './probe/send.ts';
import { type Probe, startProbe } from './probe/start-probe.ts';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe('over gRPC');
});
afterAll(async () => probe[Symbol.asyncDispose]());

const read = (query: string, headers: Record<string, string> = {}, method = 'GET') =>
  send(probe, method, `/api/v1/probe/items?${query}`, { headers });

test.each([
  ['a small answer', 'name=a'],
  ['a large one', 'tags=large&count=300000'],
])('%s that the client has is answered 304 without a body, to GET and HEAD', async (_name, query) => {
  const first = await read(query);
  const tag = first.headers.get('etag') ?? '';
  expect(first.status).toBe(200);
  for (const method of ['GET', 'HEAD']) {
    for (const given of [tag, `"other", ${tag}`, '*']) {
      const again = await read(query, { 'if-none-match': given }, method);
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', tag]);
      expect(again.headers.get('content-type')).toBeNull();
    }
  }
  expect((await read('name=other', { 'if-none-match': tag })).status).toBe(200);
  expect((await read(query, { 'if-none-match': 'no tag' })).status).toBe(200);
});

test('lists, raw bytes and answers to writes without a revision have no tag', async () => {
  for (const path of ['/api/v1/probe/lists?count=1', '/api/v1/probe/downloads/1', '/probe/redirect']) {
    expect((await send(probe, 'GET', path, { headers: { 'if-none-match': '*' } })).headers.get('etag')).toBeNull();
  }
});

test('a write whose If-Match is not a list of tags is refused, and one whose tags have no revision gets the row', async () => {
  const write = (given: string) =>
    send(probe, 'PATCH', '/api/v1/probe/items/3', { body: { name: 'n' }, headers: { 'if-match': given } });
  expect(await write('nope')).toMatchObject({ status: 400, json: { error: 'invalid_header' } });
  expect(await write('*')).toMatchObject({ status: 200 });
  const refused = await write('"made-up"');
  expect(refused).toMatchObject({
    status: 412,
    json: { error: 'precondition_failed', current: { id: 0, name: null } },
  });
  expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(refused.headers.get('etag')).toBe((await read('')).headers.get('etag'));
});

test('a revision cannot be sent in a body', async () => {
  const body = { name: 'n', item: { id: 5, revision: 9 } };
  const answer = await send(probe, 'POST', '/api/v1/probe/echo/12', { body });
  expect(answer.status).toBe(201);
  expect(answer.text).not.toContain('revision');
});
