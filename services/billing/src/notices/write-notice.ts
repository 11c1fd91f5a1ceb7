import type { JobRow, WriteSlice } from '@drippulse/db';
import { addNotices } from '@drippulse/mail';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { serviceCaller } from '../entitlements/push-entitlements.ts';
import { readNotice } from './notice-jobs.ts';
import { noticeOf } from './notice-of.ts';

const done = { cursor: 'null', processed: 1, isFinished: true };

/** Writes one mail for each admin who wants mails about billing, with the end of the job. While identity is away it is tried again. */
export async function writeNotice(ctx: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const notice = readNotice(job.input);
  const admins = ctx.mailer === undefined ? [] : await findAdmins(ctx, job.organization_id);
  return async (trx) => {
    const outgoing = admins.map(({ userId, name, email }) => ({
      organizationId: job.organization_id,
      key: `${notice.key}:${userId}`,
      to: { name: name ?? '', address: email },
      notice: noticeOf(notice, ctx.config.publicUrl),
    }));
    const from = { name: 'DripPulse', address: addressOf(ctx.config.mailFrom) };
    await addNotices(trx, outgoing, { from, date: ctx.clock.now() });
    return done;
  };
}

async function findAdmins({ clients }: Context, organizationId: bigint) {
  const identity = clients.identity(serviceCaller(organizationId));
  const asked = identity.listRecipients({ roles: [Role.ADMIN], topic: NotificationTopic.BILLING });
  const { recipients } = await asked.catch((error: unknown) => {
    throw fromConnectError(error);
  });
  return recipients;
}

/** The address of `MAIL_FROM`, which may have a name before it. */
function addressOf(mailFrom: string): string {
  return /<([^<>]+)>\s*$/.exec(mailFrom)?.[1] ?? mailFrom;
}
