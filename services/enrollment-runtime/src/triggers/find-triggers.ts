import type { Mode } from '@drippulse/rpc';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/** A workflow that listens to an event. */
export type Trigger = { workflowId: bigint; organizationId: bigint; mode: Mode; eventName: string };

type Asked = { organizationId: bigint; mode: Mode; name: string };

/** Limits the workflows of each name: only workflows with ids after `after`, and at most `most` of them. */
type Window = { after: bigint; most: number };

/**
 * Finds the active and paused workflows that listen to these events, in the events' organizations. The workflows of
 * each event name are in the order of their ids. An event starts workflows of its own mode.
 */
export async function findTriggers(db: Kysely<DB>, events: readonly Asked[], window: Window): Promise<Trigger[]> {
  const asked = new Map(events.map((event) => [`${event.organizationId} ${event.mode} ${event.name}`, event]));
  const { rows } = await triggersQuery([...asked.values()], window).execute(db);
  return rows;
}

/** Selects the triggers of events. It runs for every event, and must read only the triggers that it returns. */
export function triggersQuery(asked: readonly Asked[], { after, most }: Window): RawBuilder<Trigger> {
  return sql<Trigger>`
    select trigger.workflow_id as "workflowId", asked.organization_id as "organizationId", asked.mode,
      asked.event_name as "eventName"
    from unnest(
      ${asked.map((event) => event.organizationId)}::bigint[],
      ${asked.map((event) => event.mode)}::text[],
      ${asked.map((event) => event.name)}::text[]
    ) as asked (organization_id, mode, event_name)
    cross join lateral (
      select workflow_id from event_triggers
      where organization_id = asked.organization_id and mode = asked.mode and event_name = asked.event_name
        and workflow_id > ${after}
      order by workflow_id limit ${most}
    ) as trigger`;
}

/**
 * Returns the given names to which a workflow of the organization and mode listens, or for which one of its steps
 * waits. Each name is returned as `<organization> <mode> <name>`.
 */
export async function findListened(db: Kysely<DB>, events: readonly Asked[]): Promise<Set<string>> {
  const asked = new Map(events.map((event) => [nameKeyOf(event), event]));
  const { rows } = await sql<{ organizationId: bigint; mode: Mode; name: string }>`
    select asked.organization_id as "organizationId", asked.mode, asked.event_name as name
    from unnest(
      ${[...asked.values()].map((event) => event.organizationId)}::bigint[],
      ${[...asked.values()].map((event) => event.mode)}::text[],
      ${[...asked.values()].map((event) => event.name)}::text[]
    ) as asked (organization_id, mode, event_name)
    where exists (
        select from event_triggers as trigger where trigger.organization_id = asked.organization_id
          and trigger.mode = asked.mode and trigger.event_name = asked.event_name)
      or exists (
        select from awaited_names as awaited where awaited.organization_id = asked.organization_id
          and awaited.mode = asked.mode and awaited.event_name = asked.event_name)`.execute(db);
  return new Set(rows.map(nameKeyOf));
}

export function nameKeyOf({ organizationId, mode, name }: Asked): string {
  return `${organizationId} ${mode} ${name}`;
}
