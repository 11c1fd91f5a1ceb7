import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import type { Bench } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { type Integrations, startIntegrations } from './start-integrations.ts';
import { type BenchProvider, startProvider } from './start-provider.ts';

const organizations = 10;
const hanging = organizations;
/** Number of concurrent actions. The runtime has up to 500 in total, and up to 40 for one connection. */
const inFlight = 200;
const hangingInFlight = 40;
/** Actions per second of the organization that is measured alongside the hanging one. */
const rate = 100;
const whole = { actions: 30_000, warmUp: 3_000, seconds: 20, turns: 3 };
const short = { actions: 6_000, warmUp: 1_500, seconds: 6, turns: 2 };

/**
 * Measures actions by one process of the service. The intent and the result of each action are committed to disk. Then
 * measures the actions of one organization at a fixed rate, alternately alone and alongside an organization whose
 * provider hangs.
 */
export const integrations: Bench = async (options) => {
  const sizes = options.short ? short : whole;
  const postgres = await startPostgres();
  const provider = await startProvider();
  const service = await startIntegrations(postgres, { providerUrl: provider.url, organizations, hanging });
  try {
    options.progress('integrations: actions as fast as they go …');
    await perform(service, sizes.warmUp);
    const before = { cpu: await service.process.cpuSeconds(), database: await postgres.cpuSeconds() };
    const startedAt = performance.now();
    await perform(service, sizes.actions);
    const seconds = (performance.now() - startedAt) / 1_000;
    const spent = (await service.process.cpuSeconds()) - before.cpu;
    const ofDatabase = (await postgres.cpuSeconds()) - before.database;
    await audit(postgres, provider, sizes.warmUp + sizes.actions);
    options.progress('integrations: beside an organization whose provider hangs …');
    const latencies = await beside(service, sizes);
    return {
      actions_per_second: Math.round(sizes.actions / seconds),
      cpu_us_per_action: Math.round((spent / sizes.actions) * 1e6),
      database_cpu_us_per_action: Math.round((ofDatabase / sizes.actions) * 1e6),
      peak_memory_mb: round(await service.process.peakMemoryMb()),
      p99_alone_ms: round(percentile(latencies.alone, 0.99)),
      p99_beside_ms: round(percentile(latencies.beside, 0.99)),
      ratio_beside: round(percentile(latencies.beside, 0.99) / percentile(latencies.alone, 0.99), 2),
    };
  } finally {
    await service.stop();
    provider.stop();
    await postgres.stop();
  }
};

/** Performs actions of all organizations except the hanging one, `inFlight` at a time. */
async function perform(service: Integrations, count: number): Promise<void> {
  let left = count;
  const worker = async (number: number) => {
    const client = service.as(BigInt(1 + (number % (organizations - 1))));
    while (left > 0) {
      left -= 1;
      const outcome = await act(client);
      if (outcome !== 'succeeded') throw new Error(`an action ended as ${outcome}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => worker(number)));
}

type EffectsClient = ReturnType<Integrations['as']>;
const request = Buffer.from(
  JSON.stringify({
    integration_id: 'stripe',
    action: 'create_customer',
    connection_key: 'default',
    payload: { email: 'ada@example.com', name: 'Ada Lovelace' },
    save_as: 'result',
  }),
);

async function act(client: EffectsClient): Promise<string | undefined> {
  const { answer } = await client.performEffect(
    {
      key: `${randomUUID()}:step_1:1`,
      kind: 'integration_action',
      request,
      attempt: 1,
      plannedAt: timestampNow(),
      workflowId: 12n,
      enrollmentId: 4_711n,
      stepId: 'step_1',
    },
    { timeoutMs: 30_000 },
  );
  return answer.case === 'result' ? answer.value.outcome.case : answer.case;
}

/** Returns the latencies in milliseconds of actions at a fixed rate, alone and alongside the hanging organization. */
async function beside(service: Integrations, { seconds, turns }: { seconds: number; turns: number }) {
  const latencies: Record<'alone' | 'beside', number[]> = { alone: [], beside: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    latencies.alone.push(...(await atRate(service.as(1n), seconds)));
    const stop = hang(service.as(BigInt(hanging)));
    latencies.beside.push(...(await atRate(service.as(1n), seconds)));
    await stop();
  }
  return latencies;
}

/**
 * Starts each action at its scheduled time, regardless of the duration of earlier actions. Returns the latencies from
 * the scheduled times.
 */
async function atRate(client: EffectsClient, seconds: number): Promise<number[]> {
  const startedAt = performance.now();
  const acting = Array.from({ length: rate * seconds }, async (_, index) => {
    const dueAt = startedAt + (index * 1_000) / rate;
    await sleep(Math.max(0, dueAt - performance.now()));
    await act(client);
    return performance.now() - dueAt;
  });
  return Promise.all(acting);
}

/** Keeps as many actions in flight as the runtime allows for one connection. Each action ends at its deadline. */
function hang(client: EffectsClient): () => Promise<void> {
  let isOver = false;
  const ended = Array.from({ length: hangingInFlight }, async () => {
    while (!isOver) await act(client).catch(() => undefined);
  });
  return async () => {
    isOver = true;
    await Promise.all(ended);
  };
}

/** Checks that each action was done once, and is recorded with its result. */
async function audit({ client }: BenchPostgres, provider: BenchProvider, count: number): Promise<void> {
  const { rows } = await client.query<{ succeeded: number; others: number }>(
    `select count(*) filter (where status = 'succeeded' and result is not null)::int as succeeded,
       count(*) filter (where status <> 'succeeded')::int as others
     from integrations.effects`,
  );
  const { requests, keys } = await provider.made();
  const [{ succeeded, others } = { succeeded: 0, others: 0 }] = rows;
  if (succeeded !== count || others !== 0 || requests !== count || keys !== count) {
    throw new Error(`of ${count} actions: ${JSON.stringify({ succeeded, others, requests, keys })}`);
  }
}
