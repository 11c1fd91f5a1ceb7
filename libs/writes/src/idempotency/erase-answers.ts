import { type RawBuilder, sql, type Transaction } from 'kysely';

/**
 * Erases stored responses of an organization that meet a condition on `idempotency_keys`, because they contain an
 * erased person's data. The keys are kept until their 24 h are over: a repeat does nothing, and is refused as
 * `answer_erased`. The response of a durable call that still runs may contain the data too, so it is not stored.
 */
export async function eraseAnswers<DB>(
  trx: Transaction<DB>,
  organizationId: bigint,
  condition: RawBuilder<unknown>,
): Promise<void> {
  await sql`
    update idempotency_keys
    set response = null, response_headers = null, effect_key = null, locked_until = null, fence = fence + 1
    where organization_id = ${organizationId} and (response is not null or locked_until is not null) and ${condition}`.execute(
    trx,
  );
}
