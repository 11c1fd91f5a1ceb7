import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { createKafkaTransport } from '@drippulse/events';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { createLogger } from '@drippulse/observability';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startLayout('start:distributed');
});
afterAll(() => platform?.dispose(), 60_000);

const read = (file: string) => readFileSync(path.join(platform.dataDir, file), 'utf8');

test('the platform works on the Kafka and Redis that it brings', async () => {
  const { api } = platform;
  const steps = [
    { type: 'trigger', name: 'Start', config: { kind: 'event', event_name: 'lead.created' } },
    { type: 'log', name: 'Note', config: { message: 'Hello', level: 'info' } },
  ];
  const { body } = await api.post('/api/v1/workflows', { name: 'Greets leads', status: 'active', steps });
  expect((await api.post('/api/v1/crm/leads', { email: 'ada@example.com', last_name: 'Lovelace' })).status).toBe(201);
  const enrolled = async () => (await api.get(`/api/v1/workflows/${body.id}/enrollments`)).body.enrollments.length;
  await eventually(async () => expect(await enrolled()).toBe(1), { timeoutMs: 180_000 });
});

test('neither answers anybody without its password', async () => {
  const port = (pattern: RegExp, file: string) => Number(pattern.exec(read(file))?.[1]);
  const socket = connect(port(/Running mode=standalone, port=(\d+)/, 'redis/redis.log'), '127.0.0.1');
  socket.write('PING\r\nQUIT\r\n');
  expect(await text(socket)).toContain('NOAUTH');
  const brokers = [
    `127.0.0.1:${port(/^advertised\.listeners=SASL_PLAINTEXT:\/\/127\.0\.0\.1:(\d+)$/m, 'kafka/server.properties')}`,
  ];
  const log = createLogger({ level: 'silent' });
  await expect(createKafkaTransport({ brokers, clientId: 'stranger', log }).ensureTopics(['any'])).rejects.toThrow();
});

test('everything in the data folder is readable by its owner only', () => {
  const entries = readdirSync(platform.dataDir);
  expect(entries).toEqual(
    expect.arrayContaining(['drippulse.log', 'kafka', 'logs', 'postgres', 'redis', 'secrets.json']),
  );
  expect(entries.filter((name) => (statSync(path.join(platform.dataDir, name)).mode & 0o077) !== 0)).toEqual([]);
});
