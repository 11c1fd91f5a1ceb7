import type { Mode } from '@drippulse/rpc';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../src/db/schema.ts';

/**
 * Inserts many workflows, named from `Workflow 1` on. Every tenth is active, and every fifth is in project 101. Their
 * times of change are not in order.
 */
export async function insertWorkflows(
  db: Kysely<DB>,
  organizationId: bigint,
  count: number,
  mode: Mode = 'live',
): Promise<void> {
  await sql`
    with made as (
      insert into workflows (organization_id, mode, project_id, name, status, version, integrations, sequence, change,
                             created_at, updated_at)
      select ${organizationId}, ${mode}, case when n % 5 = 0 then 101 end, 'Workflow ' || n,
             case when n % 10 = 0 then 'active' else 'draft' end, 1, '[]', 1, nextval('workflows_change_seq'), now(),
             timestamptz '2026-01-01' + (n * 7919 % 86400) * interval '1 second'
      from generate_series(1, ${sql.lit(count)}) as n
      returning id
    )
    insert into workflow_versions (workflow_id, version, steps, settings, step_count, actor_type, actor_id, created_at)
    select id, 1, '[]', '{}', 0, 'user', '1', now() from made`.execute(db);
}
