import { once } from 'node:events';
import { connect } from 'node:net';
import { isListening, startKafka } from '@drippulse/servers';
import { expect, test } from '@jest/globals';
import { testKafka } from '../src/index.ts';

const correlation = 7;

/**
 * Requests the API versions (key 18), which every broker returns without authentication, and returns the correlation id
 * of the response.
 */
async function askVersions(broker: string): Promise<number> {
  const [host = '', port] = broker.split(':');
  const socket = connect(Number(port), host);
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(18, 4);
  request.writeInt32BE(correlation, 8);
  request.writeInt16BE(-1, 12);
  socket.write(request);
  const [answer]: Buffer[] = await once(socket, 'data');
  socket.destroy();
  return answer?.readInt32BE(4) ?? 0;
}

const shared = await testKafka();
const suite = 'unavailable' in shared ? test.skip : test;

suite('unavailable' in shared ? shared.unavailable : 'the shared broker answers', async () => {
  if ('unavailable' in shared) return;
  for (const broker of shared.brokers) expect(await askVersions(broker)).toBe(correlation);
});

suite('a broker of its own is killed and stopped and comes back at the same address', async () => {
  const kafka = await startKafka();
  if ('unavailable' in kafka) throw new Error(kafka.unavailable);
  const [broker = ''] = kafka.brokers;
  const port = Number(broker.split(':')[1]);
  expect(await askVersions(broker)).toBe(correlation);
  await kafka.kill();
  expect(await isListening(port)).toBe(false);
  await kafka.restart();
  expect(await askVersions(broker)).toBe(correlation);
  await kafka.stop();
  expect(await isListening(port)).toBe(false);
});
