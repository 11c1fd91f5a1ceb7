import type { Context } from '../context.ts';

/** Time without use after which a session ends. */
const idleMs = 2 * 3_600_000;
/** Minimum time between two writes of a session's time of last use. Without it, every request would write that time. */
const notedEveryMs = 60_000;

/** Returns the time at which a session ends if no further request uses it. */
export function idleEndOf(lastUsedAt: Date): Date {
  return new Date(lastUsedAt.getTime() + idleMs);
}

/** Returns the oldest valid time of last use: a session that was last used before this time has ended. */
export function idleSince(now: Date): Date {
  return new Date(now.getTime() - idleMs);
}

/** Advances a session's time of last use. Parallel writes of several processes have the same effect. */
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
