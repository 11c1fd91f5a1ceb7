import { create, toBinary } from '@bufbuild/protobuf';
import { UpdateCrmContactResponseSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Answers that are kept for two days, for requests that come a second time, hold records as they were. Of those that name
 * one of these only its ids stay. The key stays too, so that a repeat still does nothing. The answers of all that make or
 * change records are of one shape: the record first, and of it `id` and `public_id`.
 */
export async function forgetAnswers(
  trx: Transaction<DB>,
  organizationId: bigint,
  records: readonly { id: string; public_id: string }[],
): Promise<void> {
  await sql`
    update idempotency_keys set response = erased.answer
    from unnest(
      ${records.map(({ id }) => Buffer.from(id))}::bytea[],
      ${records.map(answerOf)}::bytea[]) as erased (id, answer)
    where organization_id = ${organizationId} and position(erased.id in response) > 0`.execute(trx);
}

function answerOf({ id, public_id: publicId }: { id: string; public_id: string }): Buffer {
  const answer = create(UpdateCrmContactResponseSchema, { contact: { id, publicId } });
  return Buffer.from(toBinary(UpdateCrmContactResponseSchema, answer));
}
