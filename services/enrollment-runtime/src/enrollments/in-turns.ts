import { yieldToEventLoop } from '@drippulse/loops';

/**
 * Statements of one transaction, which takes one after the other: each is made while the database is at those before it,
 * in a turn of its own. Fails as the first that does, and not before all have ended: what came behind the rollback would be
 * a transaction of its own.
 */
export async function inTurns(statements: readonly (() => Promise<void>)[]): Promise<void> {
  const started: Promise<void>[] = [];
  for (const statement of statements) {
    const done = statement();
    done.catch(() => undefined);
    started.push(done);
    await yieldToEventLoop();
  }
  await Promise.allSettled(started);
  await Promise.all(started);
}
