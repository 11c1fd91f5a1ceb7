import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { isListening, startRedis } from '@drippulse/servers';
import { expect, test } from '@jest/globals';
import { testRedis } from '../src/index.ts';

/** Sends commands in the inline form of the Redis protocol, and returns the replies until QUIT. */
async function ask(url: string, ...commands: string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`${[...commands, 'QUIT'].join('\r\n')}\r\n`);
  return text(socket);
}

const shared = await testRedis();
const suite = 'unavailable' in shared ? test.skip : test;

suite('unavailable' in shared ? shared.unavailable : 'the shared server answers', async () => {
  if ('unavailable' in shared) return;
  expect(await ask(shared.url, 'PING')).toBe('+PONG\r\n+OK\r\n');
});

suite('a server of its own is killed and comes back empty on the same port', async () => {
  const redis = await startRedis();
  if ('unavailable' in redis) throw new Error(redis.unavailable);
  const port = Number(new URL(redis.url).port);
  await ask(redis.url, 'SET a 1');
  expect(await ask(redis.url, 'GET a')).toContain('$1\r\n1\r\n');
  await redis.kill();
  expect(await isListening(port)).toBe(false);
  await redis.restart();
  expect(await ask(redis.url, 'GET a')).toContain('$-1\r\n');
  await redis.stop();
  expect(await isListening(port)).toBe(false);
});

suite('a server with a password answers nobody without it, and shows it in no list of processes', async () => {
  const redis = await startRedis({ password: 'planted-password' });
  if ('unavailable' in redis) throw new Error(redis.unavailable);
  expect(new URL(redis.url).password).toBe('planted-password');
  expect(await ask(redis.url, 'PING')).toContain('NOAUTH');
  expect(await ask(redis.url, 'AUTH planted-password', 'PING')).toContain('+PONG');
  await redis.stop();
});
