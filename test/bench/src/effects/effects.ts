import type { Bench } from '../bench.ts';
import { round } from '../measuring/percentile.ts';
import { installPeers, runPeer } from '../peers.ts';
import type { StepInput } from '../runtime/fill-enrollments.ts';
import { costOfEffect, performEffects, readAudit } from '../runtime/perform-effects.ts';
import { migrateRuntime, startRuntime } from '../runtime/start-runtime.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { type CountingReceiver, startReceiver } from './start-receiver.ts';

const whole = { effects: 20_000, warmUpEffects: 4_000 };
const short = { effects: 3_000, warmUpEffects: 1_000 };

/**
 * Measures calls from one runtime process to a local receiver. The intent and the result of each call are committed to
 * disk.
 */
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
  const steps = stepsTo(receiver.url);
  try {
    await performEffects(postgres, runtime, { firstWorkflow: 1n, effects: sizes.warmUpEffects, steps });
    const run = await performEffects(postgres, runtime, { firstWorkflow: 101n, effects: sizes.effects, steps });
    await checkAudit(postgres, receiver, sizes.warmUpEffects + sizes.effects);
    const cost = costOfEffect(run);
    return {
      effectsPerSecond: sizes.effects / run.seconds,
      cpu_us_per_effect: cost.cpuMicros,
      runtime_cpu_us_per_effect: cost.runtimeCpuMicros,
      database_cpu_us_per_effect: cost.databaseCpuMicros,
      wal_bytes_per_effect: cost.walBytes,
      runtime_peak_memory_mb: round(await runtime.peakMemoryMb()),
    };
  } finally {
    await runtime.stop();
  }
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

/**
 * Checks that each effect was sent once and has two records: the effect with its result, and a line of the timeline.
 */
async function checkAudit(postgres: BenchPostgres, receiver: CountingReceiver, count: number): Promise<void> {
  const audit = { ...(await readAudit(postgres)), ...(await receiver.received()) };
  if (Object.values(audit).some((found) => found !== count)) {
    throw new Error(`of ${count} effects: ${JSON.stringify(audit)}`);
  }
}
