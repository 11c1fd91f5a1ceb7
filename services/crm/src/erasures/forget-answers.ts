import { create, toBinary } from '@bufbuild/protobuf';
import { UpdateCrmContactResponseSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Responses stored for idempotency contain records, for two days. In a response that names one of these records only
 * the ids stay. The key stays too, so a repeated request still does nothing. All methods that create or change
 * records have the same response: the record first, with `id` and `public_id`.
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
