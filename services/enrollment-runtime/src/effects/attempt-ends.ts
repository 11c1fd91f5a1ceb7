import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { parseObject } from '../enrollments/contact.ts';
import { effectTypeOf } from './effects.ts';

/**
 * A lease that was confirmed longer ago than this is confirmed again before an attempt starts. So a pause takes effect
 * within 2 s.
 */
export const trustedMs = 1_000;

/**
 * Returns the milliseconds until an attempt of the latest effect has ended, even if the attempt starts only now; see
 * `trustedMs`.
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
