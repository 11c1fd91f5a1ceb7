import { fillEnrollments, type StepInput } from '../runtime/fill-enrollments.ts';
import type { BenchPostgres } from '../start-postgres.ts';

const steps: readonly StepInput[] = [
  { type: 'trigger', name: 'Start' },
  { type: 'wait', name: 'Pause', config: { duration: 30, unit: 'days' } },
  { type: 'log', name: 'Done', config: { message: '{{ first_name }}' } },
];

/**
 * Fills a workflow of organization 1 with enrollments. Of a hundred, 60 wait at the second step, 38 have completed, one
 * has failed at the second step, and one was cancelled at that step. The index over texts is built at the end, because
 * building it row by row would take most of the time.
 */
export async function fillList({ client }: Pick<BenchPostgres, 'client'>, count: number): Promise<void> {
  const { rows } = await client.query<{ definition: string }>(
    `select pg_get_indexdef('enrollments.enrollment_search_text_idx'::regclass) as definition`,
  );
  await client.query('drop index enrollments.enrollment_search_text_idx');
  const place = { stepIndex: 1, phase: 'waiting', dueAt: `now() + interval '30 days'` } as const;
  await fillEnrollments(client, { workflowId: 1n, steps, count, place });
  await client.query('set search_path = enrollments, public');
  await client.query(`
    insert into lanes (workflow_id, organization_id, sequence, version, mode, state, wake_at, name)
    values (1, 1, 1, 1, 'live', 'active', now() + interval '30 days', 'Bench')`);
  await client.query(`
    with ended as (delete from runs where workflow_id = 1 and enrollment_id % 100 < 40 returning enrollment_id, mode)
    insert into outcomes (workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, mode, status)
    select 1, enrollment_id, 1, now(), 1, case when enrollment_id % 100 < 2 then 1 else 2 end, 0, mode,
      case enrollment_id % 100 when 0 then 'failed' when 1 then 'cancelled' else 'completed' end
    from ended`);
  await client.query(`
    delete from counters where workflow_id = 1`);
  await client.query(`
    insert into counters (workflow_id, version, step_id, mode, active, completed, failed, cancelled)
    select 1, 1, 's' || step_index, 'live', count(*) filter (where status = 'active'),
      count(*) filter (where status = 'completed'), count(*) filter (where status = 'failed'),
      count(*) filter (where status = 'cancelled')
    from (select step_index, status from runs union all select step_index, status from outcomes) as placed
    group by step_index`);
  await client.query(`set maintenance_work_mem = '256MB'`);
  await client.query(rows[0]?.definition ?? '');
  await client.query('vacuum analyze');
}
