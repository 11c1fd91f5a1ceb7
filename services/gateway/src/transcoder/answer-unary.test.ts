import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { createShares } from '@drippulse/loops';
import {
  CrmCustomFieldsService,
  GetCrmCustomFieldResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answerUnary } from './answer-unary.ts';
import { createCompress } from './compress.ts';
import { createFixedBodies } from './fixed-body.ts';
import { routesOf } from './routes.ts';
import { createUnreadAnswers } from './unread-answers.ts';

const row = { id: 3n, revision: 5n, label: 'long '.repeat(1000) };
const sending = {
  unread: createUnreadAnswers(createShares({ of: 'bytes', ofEach: 1 << 20, ofAll: 1 << 20, least: 1 })),
  holder: '1',
  signal: new AbortController().signal,
  onMade: () => undefined,
  compress: createCompress(),
  fixedBodyOf: createFixedBodies(),
};
const route = routesOf(CrmCustomFieldsService).find(({ method }) => method.name === 'GetCrmCustomField');
const server = createServer((_request, response) => {
  if (route === undefined) throw new Error('there is no such route');
  const message = create(GetCrmCustomFieldResponseSchema, { customField: row });
  answerUnary(response, route, { header: new Headers(), message }, sending).catch(() => response.destroy());
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

async function ask(encoding: string, more: Record<string, string> = {}, method = 'GET') {
  const { port } = server.address() as AddressInfo; // not a string, because the server listens on TCP
  const headers = { 'accept-encoding': encoding, ...more };
  const request = get({ port, host: '127.0.0.1', method, headers, agent: false });
  // the value has the documented form of the event
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  const { etag = '', vary, 'cache-control': cache } = answer.headers;
  return { status: answer.statusCode, kept: { etag, vary, cache } };
}

test.each(['identity', 'gzip', 'br'])('a 304 has the headers of the answer in %s', async (encoding) => {
  const whole = await ask(encoding);
  expect(whole).toMatchObject({ status: 200, kept: { vary: 'accept-encoding' } });
  // A strong tag identifies bytes, which differ for each encoding.
  expect(whole.kept.etag).toMatch(encoding === 'identity' ? /^"5\./ : /^W\/"5\./);
  for (const method of ['GET', 'HEAD']) {
    expect(await ask(encoding, {}, method)).toEqual(whole);
    for (const given of [whole.kept.etag, whole.kept.etag.replace('W/', ''), '*']) {
      expect(await ask(encoding, { 'if-none-match': given }, method)).toEqual({ ...whole, status: 304 });
    }
  }
});
