import type { EffectResult } from '@drippulse/engine';
import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import type { SendRequest } from '../send-request.ts';

/** A send that the mail server accepted, with the result of its effect. */
export type TakenSend = { send: Pick<SendRequest, 'organizationId' | 'key'>; result: EffectResult };

/**
 * Records in the ledger that the mail server accepted sends, in a separate commit that waits for the disk. A send that
 * has ended in another way in the meantime keeps that end and is not repeated.
 */
export async function recordSent({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>, taken: readonly TakenSend[]) {
  const sorted = taken.toSorted((a, b) => (a.send.key < b.send.key ? -1 : 1));
  await sql`
    update sends set status = 'sent', decision = 'sent', rule = null, reason = null, decided_at = ${dbNow},
      placed_at = coalesce(placed_at, ${dbNow}), result = taken.result
    from unnest(
      ${sorted.map(({ send }) => send.organizationId)}::bigint[], ${sorted.map(({ send }) => send.key)}::text[],
      ${sorted.map(({ result }) => JSON.stringify(result))}::json[]) as taken (organization_id, effect_key, result)
    where sends.organization_id = taken.organization_id and sends.effect_key = taken.effect_key
      and sends.status in ('pending', 'held', 'sending')`.execute(db.kysely);
}
