import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  type OrganizationDeletionSchema,
  OrganizationDeletionStatus,
} from '@drippulse/proto/drippulse/identity/v1/organization_deletion_pb';
import type { Kysely } from 'kysely';
import type { DB } from '../../db/schema.ts';

/** Reads the deletion of an organization, as the API shows it. */
export async function readDeletion(
  db: Kysely<DB>,
  organizationId: bigint,
): Promise<MessageInitShape<typeof OrganizationDeletionSchema>> {
  const row = await db
    .selectFrom('organization_deletions')
    .select(['requested_at', 'requested_by', 'delete_at'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  if (row === undefined) return { status: OrganizationDeletionStatus.NONE };
  return {
    status: OrganizationDeletionStatus.SCHEDULED,
    requestedAt: timestampFromDate(row.requested_at),
    ...(row.requested_by !== null && { requestedBy: row.requested_by }),
    deleteAt: timestampFromDate(row.delete_at),
  };
}
