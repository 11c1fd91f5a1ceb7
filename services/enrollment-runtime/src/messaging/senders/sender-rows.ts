import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { SenderCategory, SenderSchema } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import type { LockRevision } from '@drippulse/writes';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DB, Senders } from '../../db/schema.ts';

export type SenderRow = Selectable<Senders>;
export type StoredCategory = Pick<SenderCategory, 'key' | 'name' | 'description'>;

/** Finds the sender of an organization; undefined if the organization has not set one. */
export async function findSender(db: Kysely<DB>, organizationId: bigint): Promise<SenderRow | undefined> {
  return db.selectFrom('senders').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();
}

/** Locks the sender of an organization. Creates the row if there is none. */
export async function lockSender(trx: Transaction<DB>, organizationId: bigint): Promise<SenderRow> {
  const own = { organization_id: organizationId };
  await trx
    .insertInto('senders')
    .values(own)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return trx
    .selectFrom('senders')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** Locks the sender and returns its revision, which is compared with `If-Match`. */
export const lockSenderRevision: LockRevision<DB> = async (trx, { organizationId }) =>
  (await lockSender(trx, organizationId)).revision;

export function senderToProto(row: SenderRow | undefined): MessageInitShape<typeof SenderSchema> {
  if (row === undefined) return { revision: 1n };
  return {
    fromName: row.from_name ?? undefined,
    fromEmail: row.from_email ?? undefined,
    replyTo: row.reply_to ?? undefined,
    postalAddress: row.postal_address ?? undefined,
    // This service stored the JSON.
    categories: JSON.parse(row.categories) as StoredCategory[],
    updatedAt: row.revision === 1n ? undefined : timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
