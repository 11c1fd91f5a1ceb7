import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Returns the mode of a webhook of the caller's organization; undefined when no webhook has this id. */
export async function findMode(db: Kysely<DB>, { organizationId }: Caller, id: unknown): Promise<Mode | undefined> {
  const row = await db
    .selectFrom('webhooks')
    .select('mode')
    .where('id', '=', id as bigint) // requests that name a webhook give its id as a bigint
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

/**
 * Returns the mode of an event, which is the mode of the webhooks that get the event. The mode is live if at least one
 * live webhook gets the event.
 */
export async function findModeOfEvent(
  db: Kysely<DB>,
  { organizationId }: Caller,
  eventId: unknown,
): Promise<Mode | undefined> {
  const { rows } = await sql<{ mode: string }>`
    select webhooks.mode from deliveries join webhooks on webhooks.id = deliveries.webhook_id
    where deliveries.event_id = ${eventId} and webhooks.organization_id = ${organizationId}
    order by webhooks.mode limit 1`.execute(db);
  return rows[0] && modeOf(rows[0].mode);
}
