import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { parseObject } from '../enrollments/contact.ts';
import { effectTypeOf } from './effects.ts';

/**
 * Time in milliseconds for which a confirmed lease is trusted. When this time is over, the lease is confirmed again
 * before an attempt starts, so a pause takes effect within two seconds.
 */
export const trustedMs = 1_000;

/**
 * Returns an upper bound of the milliseconds until an attempt of the latest effect ends, even if the attempt starts
 * only now; see `trustedMs`.
 */
export async function attemptEndsMs(
  trx: Transaction<DB>,
  { enrollmentId, stepIndex }: { enrollmentId: bigint; stepIndex: number },
): Promise<number | undefined> {
  const effect = await trx
    .selectFrom('effects')
    .select(['kind', 'request'])
    .where('enrollment_id', '=', enrollmentId)
    .where('step_index', '=', stepIndex)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return effect && trustedMs + effectTypeOf(effect.kind).deadlineMs(parseObject(effect.request));
}
