import type { JobRow, WriteSlice } from '@drippulse/db';
import { addNotices, findRecipients } from '@drippulse/mail';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { readNotice } from './notice-jobs.ts';
import { noticeOf } from './notice-of.ts';

const done = { cursor: 'null', processed: 1, isFinished: true };

/**
 * Writes one mail for each admin who wants mails about billing, in the transaction that ends the job. The job is
 * retried while identity is unavailable.
 */
export async function writeNotice(ctx: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const notice = readNotice(job.input);
  const admins = ctx.mailer === undefined ? [] : await findAdmins(ctx, job.organization_id);
  return async (trx) => {
    const outgoing = admins.map(({ userId, to }) => ({
      organizationId: job.organization_id,
      key: `${notice.key}:${userId}`,
      to,
      notice: noticeOf(notice, ctx.config.publicUrl),
    }));
    await addNotices(trx, outgoing, { mailFrom: ctx.config.mailFrom, date: ctx.clock.now() });
    return done;
  };
}

function findAdmins({ clients }: Context, organizationId: bigint) {
  const about = { roles: [Role.ADMIN], topic: NotificationTopic.BILLING };
  return findRecipients(clients.identity, { service: 'billing', organizationId, ...about });
}
