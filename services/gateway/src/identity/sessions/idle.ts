import type { Context } from '../context.ts';

/** A session that is not used for so long ends. */
const idleMs = 2 * 3_600_000;
/** The time of the last use is written at most so often, since every request of a session uses it. */
const notedEveryMs = 60_000;

/** When a session ends without a further request. */
export function idleEndOf(lastUsedAt: Date): Date {
  return new Date(lastUsedAt.getTime() + idleMs);
}

/** Sessions that were used before this time have ended. */
export function idleSince(now: Date): Date {
  return new Date(now.getTime() - idleMs);
}

/** Moves the time of the last use forward. Processes that note it at once write the same. */
export async function noteUse({ db, clock }: Context, sessionId: string, lastUsedAt: Date): Promise<void> {
  const now = clock.now();
  if (now.getTime() - lastUsedAt.getTime() < notedEveryMs) return;
  await db.kysely
    .updateTable('sessions')
    .set({ last_used_at: now })
    .where('id', '=', sessionId)
    .where('ended_at', 'is', null)
    .execute();
}
