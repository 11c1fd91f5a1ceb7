import { until } from '../measuring/until.ts';
import type { BenchPostgres } from '../start-postgres.ts';
import type { Filled } from './fill-enrollments.ts';

/** Waits until `count` enrollments of these workflows are completed. It polls the counters, which is cheap. */
export async function untilEnded({ client }: BenchPostgres, filled: readonly Filled[], count: number): Promise<void> {
  const ids = filled.map(({ workflowId }) => String(workflowId));
  await until(`${count} enrollments are completed`, async () => {
    const { rows } = await client.query<{ ended: number }>(
      'select coalesce(sum(completed), 0)::int as ended from enrollments.counters where workflow_id = any($1::bigint[])',
      [ids],
    );
    return rows[0]?.ended === count;
  });
}
