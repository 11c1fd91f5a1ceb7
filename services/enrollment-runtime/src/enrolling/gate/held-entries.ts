import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { readContact } from '../../enrollments/contact.ts';
import type { Entrants, HeldReason } from '../entrants.ts';
import { noteHeld } from './note-held.ts';

/** Days after which a waiting contact expires. */
const heldDays = 30;

/**
 * Stores contacts that wait to enter, at the end of their organization's line. Returns the ids of the stored rows in
 * order.
 */
export async function storeHeld(
  ctx: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  { lane, mode, hops = 0, timezone, agentId }: Entrants,
  held: readonly { contact: string; cause: string | null }[],
  { retryAt, reason }: { retryAt: Date; reason: HeldReason },
): Promise<bigint[]> {
  if (held.length === 0) return [];
  const people = held.map(({ contact }) => readContact(contact));
  const { rows } = await sql<{ id: bigint }>`
    insert into held_entries (
      organization_id, workflow_id, agent_id, held_at, retry_at, expires_at, hops, mode, reason, timezone, email, lead_ref,
      cause, contact)
    select ${lane.organizationId}, ${lane.workflowId}, ${agentId}::bigint, ${ctx.dbNow}, ${retryAt},
      ${ctx.dbNow} + ${heldDays} * interval '1 day', ${hops}, ${lane.mode === 'test' ? 'test' : mode}, ${reason}, ${timezone},
      email, lead_ref, cause, contact::json
    from unnest(
      ${people.map(({ email }) => email?.toLowerCase() ?? null)}::text[],
      ${people.map(({ leadRef }) => leadRef)}::text[],
      ${held.map(({ cause }) => cause)}::text[],
      ${held.map(({ contact }) => contact)}::text[]) with ordinality as held (email, lead_ref, cause, contact, place)
    order by place
    returning id`.execute(trx);
  await lineUp(trx, lane.organizationId, retryAt);
  await noteHeld(ctx, trx, lane.organizationId, { held: held.length, expired: 0 });
  return rows.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1));
}

/** Schedules the next check of an organization's line, unless an earlier check is due. */
async function lineUp(trx: Transaction<DB>, organizationId: bigint, retryAt: Date): Promise<void> {
  await sql`
    insert into held_lines (organization_id, retry_at) values (${organizationId}, ${retryAt})
    on conflict (organization_id) do update set retry_at = least(held_lines.retry_at, excluded.retry_at)`.execute(trx);
}

/** Makes the waiting contacts and mails of an organization due, because its entitlements have changed. */
export async function wakeLine(
  { dbNow }: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  organizationId: bigint,
): Promise<void> {
  await sql`
    insert into held_lines (organization_id, retry_at) values (${organizationId}, ${dbNow})
    on conflict (organization_id) do update set retry_at = excluded.retry_at`.execute(trx);
}

/** Days, from a contact's arrival, for which an expired contact stays listed. */
const listedDays = 90;

/** Deletes some old contacts, and returns how many. */
export async function forgetHeld({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>, most: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from held_entries where id = any(array(
      select id from held_entries
      where status = 'expired' and expires_at < ${dbNow} - ${listedDays - heldDays} * interval '1 day'
      order by expires_at limit ${most} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
