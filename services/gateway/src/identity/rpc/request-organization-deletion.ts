import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  OrganizationDeletionService,
  type RequestOrganizationDeletionRequest,
} from '@drippulse/proto/drippulse/identity/v1/organization_deletion_pb';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { mailAdmins } from '../deletions/mail-admins.ts';
import { requestedNotice } from '../deletions/notices.ts';
import { readDeletion } from '../deletions/to-proto.ts';

const { requestOrganizationDeletion: method } = OrganizationDeletionService.method;

export async function requestOrganizationDeletion(
  ctx: Context,
  request: RequestOrganizationDeletionRequest,
  call: HandlerContext,
) {
  const response = await transact(ctx, call, method, request, async (trx, { organizationId, actor }) => {
    // The row is locked, so that two parallel requests create one deletion.
    const { name, slug } = await trx
      .selectFrom('organizations')
      .select(['name', 'slug'])
      .where('id', '=', organizationId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const message = `must be ${slug}, the short name of this organization`;
    refuseViolations(request.confirm === slug ? [] : [{ field: 'confirm', message, code: 'enum', allowed: [slug] }]);
    const made = await trx
      .insertInto('organization_deletions')
      .values({
        organization_id: organizationId,
        requested_by: BigInt(actor.id),
        delete_at: sql`now() + interval '30 days'`,
        next_at: sql`now() + interval '23 days'`,
      })
      .onConflict((conflict) => conflict.column('organization_id').doNothing())
      .returning(['requested_at', 'delete_at'])
      .executeTakeFirst();
    if (made !== undefined) {
      const notice = requestedNotice({
        organization: name,
        deleteAt: made.delete_at,
        publicUrl: ctx.config.publicUrl,
      });
      await mailAdmins(ctx, trx, { organizationId, key: `requested:${made.requested_at.getTime()}`, notice });
    }
    return { deletion: await readDeletion(trx, organizationId) };
  });
  ctx.wake.mails();
  return response;
}
