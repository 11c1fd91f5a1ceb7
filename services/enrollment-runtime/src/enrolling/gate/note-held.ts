import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';

/**
 * The mail is sent this long after the first contact began to wait, because many contacts often arrive at once and some
 * of them enter soon.
 */
const gatherMinutes = 10;
/** Minimum number of hours between two mails to an organization. */
const pauseHours = 24;

/**
 * Records contacts that began to wait for a quota, or expired, for the next mail to admins. It writes in the contacts'
 * transaction.
 */
export async function noteHeld(
  { dbNow }: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  organizationId: bigint,
  { held, expired }: { held: number; expired: number },
): Promise<void> {
  if (held + expired === 0) return;
  await sql`
    insert into held_notices as notices (organization_id, held, expired, due_at)
    values (${organizationId}, ${held}, ${expired}, ${dbNow} + ${gatherMinutes} * interval '1 minute')
    on conflict (organization_id) do update set
      held = notices.held + excluded.held, expired = notices.expired + excluded.expired,
      due_at = coalesce(notices.due_at, greatest(excluded.due_at, notices.sent_at + ${pauseHours} * interval '1 hour'))`.execute(
    trx,
  );
}
