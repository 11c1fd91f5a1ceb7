import type { Mode } from '@drippulse/rpc';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/** A workflow that listens to an event. */
export type Trigger = { workflowId: bigint; organizationId: bigint; eventName: string };

type Asked = { organizationId: bigint; mode: Mode; name: string };

/** Finds the workflows that listen to these events of these organizations. An event starts workflows of its own mode. */
export async function findTriggers(db: Kysely<DB>, events: readonly Asked[]): Promise<Trigger[]> {
  const asked = new Map(events.map((event) => [`${event.organizationId} ${event.mode} ${event.name}`, event]));
  const { rows } = await triggersQuery([...asked.values()]).execute(db);
  return rows;
}

/** Runs for every change of every record. It must read only the triggers that it returns. */
export function triggersQuery(asked: readonly Asked[]): RawBuilder<Trigger> {
  return sql<Trigger>`
    select trigger.workflow_id as "workflowId", trigger.organization_id as "organizationId",
      trigger.event_name as "eventName"
    from unnest(
      ${asked.map((event) => event.organizationId)}::bigint[],
      ${asked.map((event) => event.mode)}::text[],
      ${asked.map((event) => event.name)}::text[]
    ) as asked (organization_id, mode, event_name)
    join event_triggers as trigger using (organization_id, mode, event_name)`;
}
