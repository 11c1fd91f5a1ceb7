import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Numbers of an agent's active executions, by status. `readBacklogs` reads one index entry for each active execution.
 */
export type Backlog = { queued: bigint; running: bigint; waitingApproval: bigint };

export const noBacklog: Backlog = { queued: 0n, running: 0n, waitingApproval: 0n };

export async function readBacklogs(
  db: Kysely<DB>,
  organizationId: bigint,
  agentIds: readonly bigint[],
): Promise<Map<bigint, Backlog>> {
  const { rows } = await sql<{ agent_id: bigint; queued: bigint; running: bigint; waiting: bigint }>`
    select agent_id, count(*) filter (where status = 'queued') as queued, count(*) filter (where status = 'running') as running,
      count(*) filter (where status = 'waiting_approval') as waiting
    from executions
    where organization_id = ${organizationId} and agent_id = any(${agentIds}::bigint[])
      and status in ('queued', 'running', 'waiting_approval')
    group by agent_id`.execute(db);
  return new Map(
    rows.map((row) => [row.agent_id, { queued: row.queued, running: row.running, waitingApproval: row.waiting }]),
  );
}

export function addBacklogs(all: Iterable<Backlog>): Backlog {
  let sum = noBacklog;
  for (const { queued, running, waitingApproval } of all) {
    sum = {
      queued: sum.queued + queued,
      running: sum.running + running,
      waitingApproval: sum.waitingApproval + waitingApproval,
    };
  }
  return sum;
}
