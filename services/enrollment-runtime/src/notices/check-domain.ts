import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { checkHours, type DomainRow, lookUpRecords } from '../messaging/index.ts';
import { addToOutbox } from './add-to-outbox.ts';
import { domainNotice } from './domain-notice.ts';
import { findRecipients } from './recipients.ts';

/**
 * Number of consecutive checks, an hour apart, after which a missing record ends the verification. Changes of name
 * servers may take a while.
 */
const mostMissed = 3;
const againHours = 1;

/**
 * Looks up the records of the verified domain whose check is due. If the records were missing in several consecutive
 * checks, the domain loses its verification, and the admins get a mail about it. Name servers that do not answer change
 * nothing. Returns whether a check was due.
 */
export async function checkDomain(ctx: Context): Promise<boolean> {
  const row = await takeDue(ctx);
  if (row === undefined) return false;
  const found = await lookUpRecords(ctx.lookUpTxt, row);
  if (found.txt && found.dkim) await noteFound(ctx, row);
  else if (found.isSure) await noteMissed(ctx, row, found);
  return true;
}

/** Returns the milliseconds until the next check; undefined when there is no verified domain. */
export async function nextCheckMs({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number }>`
    select greatest(0, extract(epoch from next_check_at - ${dbNow}) * 1000)::float8 as ms
    from sending_domains where verified_at is not null
    order by next_check_at limit 1`.execute(db.kysely);
  return rows[0]?.ms;
}

/**
 * Claims a domain whose check is due, and postpones its check in advance. If the process dies, the next check handles
 * the domain.
 */
async function takeDue({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>): Promise<DomainRow | undefined> {
  const { rows } = await sql<DomainRow>`
    update sending_domains set next_check_at = ${dbNow} + ${againHours} * interval '1 hour'
    where id = (
      select id from sending_domains
      where verified_at is not null and next_check_at <= ${dbNow}
      order by next_check_at limit 1 for update skip locked)
    returning *`.execute(db.kysely);
  return rows[0];
}

async function noteFound({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>, { id }: DomainRow): Promise<void> {
  await sql`
    update sending_domains set txt_found = true, dkim_found = true, checked_at = ${dbNow}, missed_checks = 0,
      next_check_at = ${dbNow} + ${checkHours} * interval '1 hour'
    where id = ${id} and verified_at is not null`.execute(db.kysely);
}

async function noteMissed(ctx: Context, row: DomainRow, found: { txt: boolean; dkim: boolean }): Promise<void> {
  const { id, organization_id: organizationId, missed_checks: missed } = row;
  const isGone = missed + 1 >= mostMissed;
  // If no mailer is configured, nobody is notified, and nothing piles up in the outbox.
  const isTold = isGone && ctx.adapters.mailer !== undefined;
  const members = isTold
    ? await findRecipients(ctx, organizationId, { roles: [ProtoRole.ADMIN], topic: NotificationTopic.DOMAINS })
    : [];
  await ctx.db.kysely.transaction().execute(async (trx) => {
    // If two checks, or a check and a verification, run at the same time, only one of them changes the row.
    const { rows } = await sql<{ checked_at: Date }>`
      update sending_domains set txt_found = ${found.txt}, dkim_found = ${found.dkim}, checked_at = ${ctx.dbNow},
        missed_checks = ${missed + 1}, verified_at = case when ${isGone} then null else verified_at end
      where id = ${id} and verified_at is not null and missed_checks = ${missed} and next_check_at = ${row.next_check_at}
      returning checked_at`.execute(trx);
    const [changed] = rows;
    if (changed === undefined || !isGone) return;
    const notice = domainNotice({ id, domain: row.domain, found, publicUrl: ctx.config.publicUrl });
    await addToOutbox(ctx, trx, {
      organizationId,
      key: `sending_domain.unverified:${id}:${changed.checked_at.getTime()}`,
      notices: members.map((member) => ({ member, notice })),
    });
    const facts = { organization_id: String(organizationId), sending_domain_id: String(id) };
    ctx.log.info(facts, 'a sending domain is not verified any more');
  });
  ctx.wake.mails();
}
