import { create } from '@bufbuild/protobuf';
import {
  SharedCallsService,
  type ShareRequest,
  ShareRequestSchema,
  type ShareResponse,
} from '@drippulse/proto/drippulse/calls/v1/calls_pb';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { eventually } from '@drippulse/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { decoderOf, encoded, encoderOf, pathOf } from '../src/grpc/codec.ts';
import type { RpcServer } from '../src/grpc/server.ts';
import { serveEcho, tokens } from './serve-echo.ts';
import { editor } from './start-probe.ts';

const { share } = SharedCallsService.method;
const { echo } = ProbeService.method;
const callsAtOnce = 64;

const begun: bigint[] = [];
let released: PromiseWithResolvers<void>;
let server: RpcServer;
let client: grpc.Client;
beforeEach(async () => {
  begun.length = 0;
  released = Promise.withResolvers();
  server = await serveEcho(async ({ id }) => {
    begun.push(id);
    await released.promise;
    return { id };
  });
  client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
});
afterEach(async () => {
  released.resolve();
  client.close();
  await server.stop(0);
});

/** Opens a stream of a client without limits, and records the responses in each message that it receives. */
function openStream() {
  const stream: grpc.ClientDuplexStream<ShareRequest, ShareResponse> = client.makeBidiStreamRequest(
    pathOf(share),
    encoderOf(share.input),
    decoderOf(share.output),
    new grpc.Metadata(),
  );
  const messages: ShareResponse['answers'][] = [];
  stream.on('data', ({ answers }: ShareResponse) => messages.push(answers));
  stream.on('error', () => undefined);
  return { stream, messages };
}

async function callsOf(count: number, path: string) {
  const authorization = `Bearer ${await tokens.mint(editor, 'workflows')}`;
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    path,
    headers: { authorization },
    message: encoded(echo.input, create(echo.input, { id: BigInt(index + 1) })),
  }));
}

test('refused calls that come in one message are refused a few in each turn of the event loop', async () => {
  const { stream, messages } = openStream();
  const calls = await callsOf(2_000, '/drippulse.testing.v1.ProbeService/Nothing');
  stream.write(create(ShareRequestSchema, { calls }));
  await eventually(() => expect(messages.flat()).toHaveLength(calls.length));
  // The responses of one turn are sent in one message.
  expect(Math.max(...messages.map((answers) => answers.length))).toBeLessThanOrEqual(callsAtOnce);
  stream.end();
});

test('of the calls of a stream so many run at once, and the others follow as they end', async () => {
  const { stream, messages } = openStream();
  const calls = await callsOf(200, pathOf(echo));
  // A call that has not begun can be cancelled. It is then not made, and gets no response.
  stream.write(create(ShareRequestSchema, { calls, cancelled: [200] }));
  await eventually(() => expect(begun).toHaveLength(callsAtOnce));
  released.resolve();
  stream.end();
  await eventually(() => expect(messages.flat().length).toBeGreaterThanOrEqual(199));
  expect(begun.every((id) => id < 200n)).toBe(true);
  expect(messages.flat().map(({ number }) => number)).not.toContain(200);
});
