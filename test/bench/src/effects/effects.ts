import type { Bench } from '../bench.ts';
import { round } from '../measuring/percentile.ts';
import { installPeers, runPeer } from '../peers.ts';
import { type Filled, fillEnrollments, type StepInput, startLane } from '../runtime/fill-enrollments.ts';
import { startSpending } from '../runtime/spending.ts';
import { migrateRuntime, type Runtime, startRuntime } from '../runtime/start-runtime.ts';
import { untilEnded } from '../runtime/until-ended.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { type CountingReceiver, startReceiver } from './start-receiver.ts';

/** One workflow each. */
const organizations = 10;
const whole = { effects: 20_000, warmUpEffects: 4_000 };
const short = { effects: 3_000, warmUpEffects: 1_000 };

/** Calls to a local receiver from one runtime process, each with its intent and its result on disk. */
export const effects: Bench = async (options) => {
  const sizes = options.short ? short : whole;
  installPeers(options);
  const postgres = await startPostgres();
  const receiver = await startReceiver();
  try {
    options.progress('effects: calls to a local receiver …');
    const { effectsPerSecond, ...others } = await measureOurs(postgres, receiver, sizes);
    options.progress('effects: pg-boss …');
    const peer = await runPeer(postgres, 'pg-boss-effects.mjs', { ...sizes, receiverUrl: receiver.url });
    const peerPerSecond = peer.steps / peer.seconds;
    return {
      effects_per_second: Math.round(effectsPerSecond),
      ratio_pgboss: round(effectsPerSecond / peerPerSecond, 2),
      pgboss_effects_per_second: Math.round(peerPerSecond),
      pgboss_cpu_us_per_effect: Math.round(((peer.cpuSeconds + peer.databaseCpuSeconds) / peer.steps) * 1e6),
      ...others,
    };
  } finally {
    receiver.stop();
    await postgres.stop();
  }
};

async function measureOurs(postgres: BenchPostgres, receiver: CountingReceiver, sizes: typeof whole) {
  await migrateRuntime(postgres.url);
  const runtime = await startRuntime(postgres.url);
  try {
    await performEffects(postgres, runtime, receiver, { firstWorkflow: 1n, effects: sizes.warmUpEffects });
    const run = await performEffects(postgres, runtime, receiver, { firstWorkflow: 101n, effects: sizes.effects });
    await checkAudit(postgres, receiver, sizes.warmUpEffects + sizes.effects);
    const perEffect = (value: number) => value / sizes.effects;
    return {
      effectsPerSecond: sizes.effects / run.seconds,
      cpu_us_per_effect: Math.round(perEffect(run.cpuSeconds + run.databaseCpuSeconds) * 1e6),
      runtime_cpu_us_per_effect: Math.round(perEffect(run.cpuSeconds) * 1e6),
      database_cpu_us_per_effect: Math.round(perEffect(run.databaseCpuSeconds) * 1e6),
      wal_bytes_per_effect: Math.round(perEffect(run.walBytes)),
      runtime_peak_memory_mb: round(await runtime.peakMemoryMb()),
    };
  } finally {
    await runtime.stop();
  }
}

async function performEffects(
  postgres: BenchPostgres,
  runtime: Runtime,
  receiver: CountingReceiver,
  options: { firstWorkflow: bigint; effects: number },
) {
  const { client } = postgres;
  const filled: Filled[] = [];
  for (let index = 0; index < organizations; index += 1) {
    const workflowId = options.firstWorkflow + BigInt(index);
    const count = options.effects / organizations;
    filled.push(await fillEnrollments(client, { workflowId, steps: stepsTo(receiver.url), count }));
  }
  await client.query('vacuum analyze enrollments.runs');
  const spent = await startSpending(postgres, runtime);
  const startedAt = Date.now();
  for (const each of filled) await startLane(client, runtime, each);
  await untilEnded(postgres, filled, options.effects);
  return { seconds: (Date.now() - startedAt) / 1000, ...(await spent()) };
}

function stepsTo(url: string): StepInput[] {
  return [
    { type: 'trigger', name: 'Start' },
    {
      type: 'webhook_callback',
      name: 'Tell the CRM',
      url: `${url}/leads`,
      payload: { email: '{{ email }}', name: '{{ first_name }} {{ last_name }}', score: '{{ score }}' },
    },
    { type: 'end', name: 'Done' },
  ];
}

/** Each effect went out once, and is written down twice: as an effect with its result, and as a line of its timeline. */
async function checkAudit({ client }: BenchPostgres, receiver: CountingReceiver, count: number): Promise<void> {
  const { rows } = await client.query<{ effects: number; lines: number }>(
    `select
       (select count(*)::int from enrollments.effects
        where status = 'succeeded' and finished_at is not null and result ->> 'outcome' = 'succeeded') as effects,
       (select count(*)::int from enrollments.timeline_lines
        where status = 'succeeded' and step_index = 1 and duration_ms is not null) as lines`,
  );
  const audit = { ...rows[0], ...(await receiver.received()) };
  if (Object.values(audit).some((found) => found !== count)) {
    throw new Error(`of ${count} effects: ${JSON.stringify(audit)}`);
  }
}
