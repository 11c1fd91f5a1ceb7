import type { Context } from '../context.ts';

/** Time without use after which a session ends. */
const idleMs = 2 * 3_600_000;
/** Interval at which the time of last use is written, because every request of a session uses it. */
const notedEveryMs = 60_000;

/** When a session ends without a further request. */
export function idleEndOf(lastUsedAt: Date): Date {
  return new Date(lastUsedAt.getTime() + idleMs);
}

/** Time before which a last use means that the session has ended. */
export function idleSince(now: Date): Date {
  return new Date(now.getTime() - idleMs);
}

/** Advances the time of last use. Parallel writes of several processes have the same effect. */
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
