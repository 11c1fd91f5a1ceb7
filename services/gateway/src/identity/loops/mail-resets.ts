import { type JobRow, startJobLoop, type WriteSlice } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { issueLink } from '../links/issue-link.ts';
import { resetNotice } from '../links/notices.ts';
import { readResetJob, resetJobs } from '../links/reset-jobs.ts';
import { addMail } from '../links/send-mail.ts';

/**
 * Maximum number of user names per address. An address may have one user name for each organization, from the time
 * before identities could join several organizations.
 */
const mostNames = 10;

/**
 * Mails links for new passwords to the addresses that requested them, if the addresses are known. Deleting a job also
 * deletes the address in it.
 */
export function startMailResets(ctx: Context): Pick<Loop, 'wake' | 'stop'> {
  const { db, log, mailer } = ctx;
  if (mailer === undefined) return { wake: () => undefined, stop: async () => undefined };
  return startJobLoop<DB>({
    db,
    kind: resetJobs,
    log,
    slice: (job) => mailLinks(ctx, job),
    onCommitted: () => ctx.wake.mails(),
  });
}

function mailLinks(ctx: Context, job: JobRow): WriteSlice<DB> {
  const { email } = readResetJob(job.input);
  return async (trx) => {
    for (const { id, username, address, organization_id } of await findNames(trx, email)) {
      const link = await issueLink(
        trx,
        { kind: 'password_reset', identityId: id },
        { email: address, now: ctx.clock.now() },
      );
      const notice = resetNotice({ publicUrl: ctx.config.publicUrl, token: link.token }, username);
      const to = { name: username, address };
      await addMail(ctx, trx, { organizationId: organization_id, key: link.key, to, notice });
      ctx.metrics.linkMailed('password_reset');
    }
    await sql`delete from jobs where id = ${job.id}`.execute(trx);
    return { cursor: 'null', processed: 1, isFinished: true };
  };
}

/** Finds the identities with this address that can log in to some organization, each with its first organization. */
async function findNames(trx: Transaction<DB>, email: string) {
  return trx
    .selectFrom('identities')
    .innerJoin('memberships', 'memberships.identity_id', 'identities.id')
    .distinctOn('identities.id')
    .select(['identities.id', 'identities.username', 'identities.email as address', 'memberships.organization_id'])
    .where(sql<boolean>`lower(identities.email) = lower(${email})`)
    .where('memberships.status', '=', 'active')
    .orderBy('identities.id')
    .orderBy('memberships.id')
    .limit(mostNames)
    .execute();
}
