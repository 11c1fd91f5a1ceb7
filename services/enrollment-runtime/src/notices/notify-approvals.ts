import type { Recipient } from '@drippulse/mail';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { sql, type Transaction } from 'kysely';
import { type ApprovalRow, roleFromProto } from '../approvals/index.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { isPostponed, postponing } from '../postponements/index.ts';
import { addToOutbox } from './add-to-outbox.ts';
import { approvalsNotice } from './approvals-notice.ts';
import { findRecipients } from './recipients.ts';

const kind = 'notify_approvals';
/**
 * Interval between two mails about approvals to one organization. Approvals that are requested in between are named in
 * the next mail.
 */
const pauseSeconds = 600;
/** Maximum number of approvals in one mail. Further approvals wait for the next mail. */
const toldAtOnce = 5_000;

/**
 * Mails the members of one organization about pending approvals that no mail has named yet. Even for a thousand
 * approvals, each member gets one mail. Returns whether an organization had such approvals.
 */
export async function notifyApprovals(ctx: Context): Promise<boolean> {
  return postponing(ctx, kind, { run: (named) => notifyNext(ctx, named), otherwise: true });
}

async function notifyNext(ctx: Context, named: (item: string) => void): Promise<boolean> {
  const organizationId = await nextOrganization(ctx);
  if (organizationId === undefined) return false;
  named(String(organizationId));
  const members = await findRecipients(ctx, organizationId, {
    roles: [ProtoRole.APPROVER, ProtoRole.EDITOR, ProtoRole.ADMIN],
    topic: NotificationTopic.APPROVALS,
  });
  await ctx.db.kysely.transaction().execute(async (trx) => {
    const sentAt = await takeTurn(ctx, trx, organizationId);
    if (sentAt === undefined) return;
    const waiting = await markNotified(ctx, trx, organizationId);
    const workflowNames = await namesOf(trx, waiting);
    await addToOutbox(ctx, trx, {
      organizationId,
      key: `approvals:${sentAt.getTime()}`,
      notices: members.flatMap((member) => {
        const own = waiting.filter((row) => mayDecide(member, row));
        if (own.length === 0) return [];
        return [{ member, notice: approvalsNotice(own, { workflowNames, publicUrl: ctx.config.publicUrl }) }];
      }),
    });
  });
  ctx.wake.mails();
  return true;
}

/**
 * Returns the milliseconds until the next organization may be mailed; undefined when there is nothing to report in any
 * organization.
 */
export async function nextNotifyMs(ctx: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    ${untold}
    select min(case when sent_at is null then 0
      else greatest(0, extract(epoch from sent_at - ${ctx.dbNow}) + ${pauseSeconds}) end)::float8 * 1000 as ms
    from untold left join approval_notices using (organization_id)
    where organization_id is not null and not ${isPostponed(ctx, kind, sql`organization_id::text`)}`.execute(
    ctx.db.kysely,
  );
  return rows[0]?.ms ?? undefined;
}

/** Organizations with unreported approvals, each found by one lookup in the index. */
const untold = sql`
  with recursive untold (organization_id) as (
    (select organization_id from approvals
      where notified_at is null and status = 'pending' and mode = 'live' order by organization_id limit 1)
    union all
    select (
      select organization_id from approvals
      where notified_at is null and status = 'pending' and mode = 'live'
        and organization_id > untold.organization_id
      order by organization_id limit 1)
    from untold where organization_id is not null
  )`;

async function nextOrganization(ctx: Context): Promise<bigint | undefined> {
  const { rows } = await sql<{ organization_id: bigint }>`
    ${untold}
    select organization_id from untold left join approval_notices using (organization_id)
    where organization_id is not null
      and (sent_at is null or sent_at <= ${ctx.dbNow} - ${pauseSeconds} * interval '1 second')
      and not ${isPostponed(ctx, kind, sql`organization_id::text`)}
    order by sent_at nulls first limit 1`.execute(ctx.db.kysely);
  return rows[0]?.organization_id;
}

/**
 * Claims the right to mail the organization, and returns the time of this mail. Returns undefined when another process
 * has mailed the organization in the meantime.
 */
async function takeTurn({ dbNow }: Context, trx: Transaction<DB>, organizationId: bigint): Promise<Date | undefined> {
  const { rows } = await sql<{ sent_at: Date }>`
    insert into approval_notices as notices (organization_id, sent_at) values (${organizationId}, ${dbNow})
    on conflict (organization_id) do update set sent_at = excluded.sent_at
    where notices.sent_at <= excluded.sent_at - ${pauseSeconds} * interval '1 second'
    returning sent_at`.execute(trx);
  return rows[0]?.sent_at;
}

/** Marks approvals as notified, oldest first, and returns them. A locked row is skipped because it is being decided. */
async function markNotified({ dbNow }: Context, trx: Transaction<DB>, organizationId: bigint): Promise<ApprovalRow[]> {
  const { rows } = await sql<ApprovalRow>`
    update approvals set notified_at = ${dbNow}
    where id in (
      select id from approvals
      where organization_id = ${organizationId} and notified_at is null and status = 'pending' and mode = 'live'
      order by id limit ${toldAtOnce} for update skip locked)
    returning *`.execute(trx);
  return rows.sort((a, b) => Number(a.id - b.id));
}

function mayDecide(member: Recipient, { roles }: ApprovalRow): boolean {
  const role = roleFromProto(member.role);
  return role !== undefined && roles.includes(role);
}

async function namesOf(trx: Transaction<DB>, rows: readonly ApprovalRow[]): Promise<Map<bigint, string>> {
  const ids = [...new Set(rows.flatMap((row) => row.workflow_id ?? []))];
  if (ids.length === 0) return new Map();
  const lanes = await trx.selectFrom('lanes').select(['workflow_id', 'name']).where('workflow_id', 'in', ids).execute();
  return new Map(lanes.map((lane) => [lane.workflow_id, lane.name]));
}
