import type { BenchPostgres } from '../start-postgres.ts';
import { type Filled, fillEnrollments, type StepInput, startLane } from './fill-enrollments.ts';
import { type Spent, startSpending } from './spending.ts';
import type { Runtime } from './start-runtime.ts';
import { untilEnded } from './until-ended.ts';

/** The organizations of a run, one workflow each. */
export const organizations = 10;

export type EffectsRun = Spent & { effects: number; seconds: number; filled: readonly Filled[] };

/**
 * Enrolls one contact for each effect, in workflows with one effect each, and waits until all enrollments have
 * completed.
 */
export async function performEffects(
  postgres: BenchPostgres,
  runtime: Runtime,
  { firstWorkflow, effects, steps }: { firstWorkflow: bigint; effects: number; steps: readonly StepInput[] },
): Promise<EffectsRun> {
  const { client } = postgres;
  const filled: Filled[] = [];
  for (let index = 0; index < organizations; index += 1) {
    const workflowId = firstWorkflow + BigInt(index);
    filled.push(await fillEnrollments(client, { workflowId, steps, count: effects / organizations }));
  }
  await client.query('vacuum analyze enrollments.runs');
  const spent = await startSpending(postgres, runtime);
  const startedAt = Date.now();
  for (const each of filled) await startLane(client, runtime, each);
  await untilEnded(postgres, filled, effects);
  return { effects, filled, seconds: (Date.now() - startedAt) / 1000, ...(await spent()) };
}

/** Returns the CPU time and the WAL of one effect. */
export function costOfEffect({ effects, cpuSeconds, databaseCpuSeconds, walBytes }: EffectsRun) {
  const micros = (seconds: number) => Math.round((seconds / effects) * 1e6);
  return {
    cpuMicros: micros(cpuSeconds + databaseCpuSeconds),
    runtimeCpuMicros: micros(cpuSeconds),
    databaseCpuMicros: micros(databaseCpuSeconds),
    walBytes: Math.round(walBytes / effects),
  };
}

/**
 * Counts the records of the successful effects of step 1. Each effect has two records: the effect with its result, and
 * a line of the timeline.
 */
export async function readAudit({ client }: BenchPostgres): Promise<{ effects: number; lines: number }> {
  const { rows } = await client.query<{ effects: number; lines: number }>(
    `select
       (select count(*)::int from enrollments.effects
        where status = 'succeeded' and finished_at is not null and result ->> 'outcome' = 'succeeded') as effects,
       (select count(*)::int from enrollments.timeline_lines
        where status = 'succeeded' and step_index = 1 and duration_ms is not null) as lines`,
  );
  return rows[0] ?? { effects: Number.NaN, lines: Number.NaN };
}
