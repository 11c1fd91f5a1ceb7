import { setTimeout as sleep } from 'node:timers/promises';
import { mailTimeoutMs } from '@drippulse/mail';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { lockContacts } from '../../contacts/lock-contacts.ts';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { addressKeyOf, normalEmail } from '../contact-keys.ts';
import type { SuppressionReason } from './find-suppression.ts';

export type NewSuppression = {
  organizationId: bigint;
  mode: 'live' | 'test';
  email: string;
  channel: 'email';
  /** Null suppresses all categories. */
  category: string | null;
  reason: SuppressionReason;
  /** The origin of the suppression, such as `api`, `import` or `link`. */
  source: string;
};

/** Maximum time to wait for mails that were permitted before a suppression. */
const inFlightMs = 10_000;
const pollMs = 25;

/**
 * Suppresses an address under the contact's lock, so that a send that asks for a permit afterwards is refused. Returns
 * false when an equal suppression existed. After the commit, `awaitInFlight` waits for sends that were permitted
 * before.
 */
export async function suppress(
  trx: Transaction<DB>,
  one: NewSuppression,
  now: RawBuilder<Date> = sql`now()`,
): Promise<boolean> {
  return (await suppressAll(trx, [one], now)) > 0;
}

/** Suppresses several addresses, and returns how many were not suppressed before. */
export async function suppressAll(
  trx: Transaction<DB>,
  all: readonly NewSuppression[],
  now: RawBuilder<Date>,
): Promise<number> {
  if (all.length === 0) return 0;
  await lockContacts(trx, all.map(addressKeyOf));
  const rows = all.map((one) => ({
    organization_id: String(one.organizationId),
    mode: one.mode,
    email: normalEmail(one.email),
    channel: one.channel,
    category: one.category,
    reason: one.reason,
    source: one.source,
  }));
  const { rows: added } = await sql`
    insert into suppressions (organization_id, mode, email, channel, category, reason, source, created_at)
    select organization_id, mode, email, channel, category, reason, source, ${now}
    from json_to_recordset(${JSON.stringify(rows)}::json) as given (
      organization_id bigint, mode text, email text, channel text, category text, reason text, source text)
    on conflict do nothing
    returning id`.execute(trx);
  return added.length;
}

/**
 * Waits until no mail to these addresses is on its way to the mail server, so that nothing arrives after the
 * suppression was confirmed. If the process of a mail has died, the mail is treated as on its way until the lease of
 * its run ends. A mail without a run, or whose run was paused, ended or removed in the meantime, is treated as on its
 * way until its deadline. Gives up after 10 s.
 */
export async function awaitInFlight(
  { db, dbNow }: Pick<Context, 'db' | 'dbNow'>,
  addresses: readonly Pick<NewSuppression, 'organizationId' | 'mode' | 'email'>[],
): Promise<void> {
  const keys = addresses.map(addressKeyOf);
  const until = performance.now() + inFlightMs;
  while (performance.now() < until) {
    const { rows } = await sql`
      select from sends
      left join runs on runs.workflow_id = sends.workflow_id and runs.enrollment_id = sends.enrollment_id
      where sends.contact_key = any(${keys}) and sends.status = 'sending'
        and coalesce(runs.lease_until, sends.decided_at + ${mailTimeoutMs} * interval '1 millisecond') > ${dbNow}
      limit 1`.execute(db.kysely);
    if (rows.length === 0) return;
    await sleep(pollMs);
  }
}
