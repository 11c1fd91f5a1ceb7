import { once } from 'node:events';
import { Agent, type ClientRequest, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLayout } from '@drippulse/harness';
import pg from 'pg';
import type { Bench, Options } from '../bench.ts';
import { cpuSeconds, databaseCpuSeconds } from '../measuring/cpu.ts';
import { round } from '../measuring/percentile.ts';
import { until } from '../measuring/until.ts';
import { installPeers, runPeer } from '../peers.ts';
import { type Api, createApi } from '../services/api.ts';
import { readServer } from '../services/read-server.ts';
import { startPostgres } from '../start-postgres.ts';

/** `calmAfterMs` is the time after which idle loops poll less often. */
const whole = { calls: 10, seconds: 60, calmAfterMs: 45_000 };
const short = { calls: 1, seconds: 6, calmAfterMs: 13_000 };
const rowsOfCall = 10_000;
const openStreams = 200;
const streamsOfKey = 5;
/** Time within which the work of opening streams ends. */
const settleMs = 3000;

const steps = [
  { type: 'trigger', name: 'Start' },
  { type: 'wait', name: 'Pause', config: { duration: 30, unit: 'days' } },
  { type: 'log', name: 'Done', config: { message: '{{ first_name }}' } },
];

/**
 * Measures how many cores the platform of `npm start` takes, including its database, while enrollments wait and nothing
 * is due; how many more cores it takes with open streams of hints; and how many cores one worker of pg-boss takes with
 * as many jobs.
 */
export const idle: Bench = async (options) => {
  const sizes = options.short ? short : whole;
  installPeers(options);
  const ours = await measureOurs(options, sizes);
  options.progress('idle: pg-boss …');
  const theirs = await measurePeer(sizes);
  return { ...ours, pgboss_cores: round(theirs, 4), ratio_pgboss: round(theirs / ours.cores, 2) };
};

async function measureOurs(options: Options, { calls, seconds, calmAfterMs }: typeof whole) {
  const platform = await startLayout('start', { env: { OPS_PORT: '0' } });
  try {
    // The first start makes the database and compiles the code.
    await platform.stop();
    await platform.restart();
    const startCpuSeconds = await cpuSeconds(platform.pid);
    const api = createApi(`${platform.baseUrl}/api/v1`, platform.apiKey);
    options.progress(`idle: enrolling ${calls * rowsOfCall} contacts …`);
    await enrollAll(api, calls);
    const server = readServer(platform.dataDir);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    // Does the maintenance that is due after the fill. Otherwise the server would do it during the measurement.
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    await sleep(calmAfterMs);
    options.progress(`idle: ${seconds} s of nothing …`);
    const spent = async () => ({
      transactions: await countTransactions(client),
      platform: await cpuSeconds(platform.pid),
      database: await databaseCpuSeconds(server.pid),
    });
    const before = await spent();
    const startedAt = performance.now();
    await sleep(seconds * 1000);
    const lasted = (performance.now() - startedAt) / 1000;
    const after = await spent();
    const each = (name: keyof typeof after) => (after[name] - before[name]) / lasted;
    const alone = each('platform') + each('database');
    options.progress(`idle: ${openStreams} streams and ${seconds} s of nothing …`);
    const withStreams = await whileStreaming(platform, api, async () => {
      await sleep(settleMs);
      const [start, startMs] = [await spent(), performance.now()];
      await sleep(seconds * 1000);
      const end = await spent();
      const total = end.platform + end.database - start.platform - start.database;
      return total / ((performance.now() - startMs) / 1000);
    });
    await client.end();
    return {
      cores: round(alone, 4),
      platform_cores: round(each('platform'), 4),
      database_cores: round(each('database'), 4),
      transactions_per_second: round(each('transactions')),
      second_start_cpu_s: round(startCpuSeconds, 2),
      stream_cores: round(withStreams - alone, 4),
      streams: openStreams,
      waiting: calls * rowsOfCall,
      seconds,
    };
  } finally {
    await platform.dispose();
  }
}

/** Opens streams of hints, five for each key, and runs `work` while they are open. */
async function whileStreaming<T>({ baseUrl }: { baseUrl: string }, api: Api, work: () => Promise<T>): Promise<T> {
  const agent = new Agent({ keepAlive: true, maxSockets: openStreams });
  const open: ClientRequest[] = [];
  for (let key = 0; key < openStreams / streamsOfKey; key += 1) {
    const { key: token } = await api('POST', '/api_keys', { name: `streams ${key}` });
    for (let count = 0; count < streamsOfKey; count += 1) {
      const url = `${baseUrl}/api/v1/stream?topics=workflows,enrollments,webhooks`;
      const asking = get(url, { agent, headers: { authorization: `Bearer ${token}` } });
      const [answer] = await once(asking, 'response');
      if (answer.statusCode !== 200) throw new Error(`a stream was answered ${answer.statusCode}`);
      answer.on('error', () => undefined).resume();
      open.push(asking.on('error', () => undefined));
    }
  }
  try {
    return await work();
  } finally {
    for (const asking of open) asking.destroy();
    agent.destroy();
  }
}

async function measurePeer({ calls, seconds }: typeof whole): Promise<number> {
  const postgres = await startPostgres();
  try {
    const peer = await runPeer(postgres, 'pg-boss-idle.mjs', { waiting: calls * rowsOfCall, seconds });
    return (peer.cpuSeconds + peer.databaseCpuSeconds) / peer.seconds;
  } finally {
    await postgres.stop();
  }
}

/** Enrolls through the public API, and waits until all enrollments wait. */
async function enrollAll(api: Api, calls: number): Promise<void> {
  const { id } = await api('POST', '/workflows', { name: 'Idle', status: 'active', steps });
  for (let call = 0; call < calls; call += 1) {
    const contacts = Array.from({ length: rowsOfCall }, (_, index) => ({
      email: `person${call * rowsOfCall + index}@example.com`,
      first_name: `First${index}`,
    }));
    await api('POST', `/workflows/${id}/enrollments/bulk`, { contacts });
  }
  await until('all enrollments wait', async () => {
    const { step_funnel: funnel } = await api('GET', `/workflows/${id}/enrollments?limit=1`);
    return funnel.steps[1].waiting_leads === calls * rowsOfCall;
  });
}

async function countTransactions(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select xact_commit::float8 as count from pg_stat_database where datname = current_database()',
  );
  return rows[0]?.count ?? Number.NaN;
}
