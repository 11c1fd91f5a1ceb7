import type { HandlerContext } from '@connectrpc/connect';
import type { JsonObject } from '@drippulse/json';
import { appendAudit } from '@drippulse/service';
import type { Transaction } from 'kysely';
import { clientAddressHeader } from '../../call-metadata.ts';
import type { DB } from '../../db/schema.ts';

/**
 * Writes a person's change of their own identity into the audit trail of each organization that they belong to, and
 * returns these organizations. The caller wakes the relay after the commit.
 */
export async function auditIdentity(
  trx: Transaction<DB>,
  call: HandlerContext,
  identityId: bigint,
  { name, before, after }: { name: string; before?: JsonObject; after?: JsonObject },
): Promise<{ organizationId: bigint }[]> {
  const members = await trx
    .selectFrom('memberships')
    .select(['id', 'organization_id as organizationId'])
    .where('identity_id', '=', identityId)
    .orderBy('id')
    .execute();
  for (const { id, organizationId } of members) {
    await appendAudit(trx, {
      organizationId,
      name,
      resourceId: String(id),
      actor: { type: 'user', id: String(id) },
      before,
      after,
      requestId: call.requestHeader.get('x-request-id') ?? undefined,
      address: call.requestHeader.get(clientAddressHeader) ?? undefined,
    });
  }
  return members;
}
