import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { isPostponed, postponing } from '../postponements/index.ts';
import { addToOutbox } from './add-to-outbox.ts';
import { type HeldNews, heldNotice } from './held-notice.ts';
import { findRecipients } from './recipients.ts';

const kind = 'notify_held';

/**
 * Mails the admins of one organization about contacts that began to wait for its quota, or expired, since the last
 * mail. If all of them have entered in the meantime, there is no mail. Returns whether an organization was due.
 */
export async function notifyHeld(ctx: Context): Promise<boolean> {
  return postponing(ctx, kind, { run: (named) => notifyNext(ctx, named), otherwise: true });
}

async function notifyNext(ctx: Context, named: (item: string) => void): Promise<boolean> {
  const { rows } = await sql<{ organization_id: bigint }>`
    select organization_id from held_notices
    where due_at <= ${ctx.dbNow} and not ${isPostponed(ctx, kind, sql`organization_id::text`)}
    order by due_at limit 1`.execute(ctx.db.kysely);
  const organizationId = rows[0]?.organization_id;
  if (organizationId === undefined) return false;
  named(String(organizationId));
  const asked = { roles: [ProtoRole.ADMIN], topic: NotificationTopic.BILLING };
  const members = await findRecipients(ctx, organizationId, asked);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    const news = await takeNews(ctx, trx, organizationId);
    if (news === undefined) return;
    const notice = heldNotice(news, ctx.config.publicUrl);
    await addToOutbox(ctx, trx, {
      organizationId,
      key: `held:${news.at.getTime()}`,
      notices: members.map((member) => ({ member, notice })),
    });
  });
  ctx.wake.mails();
  return true;
}

/**
 * Takes the counts to report. Returns undefined when another process took them, or nobody waits any more and nobody
 * expired.
 */
async function takeNews(
  { dbNow }: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
): Promise<(HeldNews & { at: Date }) | undefined> {
  const { rows } = await sql<HeldNews & { at: Date }>`
    select held, expired, waiting.count as waiting, waiting.for_payment as "waitingForPayment",
      waiting.expires_at as "expiresAt", ${dbNow} as at
    from held_notices, lateral (
      select count(*) as count, count(*) filter (where reason = 'payment') as for_payment, min(expires_at) as expires_at
      from held_entries where organization_id = ${organizationId} and status = 'waiting') as waiting
    where organization_id = ${organizationId} and due_at <= ${dbNow}
    for update of held_notices`.execute(trx);
  const [news] = rows;
  if (news === undefined) return undefined;
  const isNews = news.waiting > 0n || news.expired > 0n;
  await sql`
    update held_notices set held = 0, expired = 0, due_at = null, sent_at = case when ${isNews} then ${dbNow} else sent_at end
    where organization_id = ${organizationId}`.execute(trx);
  return isNews ? news : undefined;
}

/** Returns the milliseconds until the next organization may be mailed; undefined when there is nothing to report. */
export async function nextHeldMs(ctx: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select greatest(0, extract(epoch from min(due_at) - ${ctx.dbNow}) * 1000)::float8 as ms from held_notices
    where due_at is not null and not ${isPostponed(ctx, kind, sql`organization_id::text`)}`.execute(ctx.db.kysely);
  return rows[0]?.ms ?? undefined;
}
