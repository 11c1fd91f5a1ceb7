import { yieldToEventLoop } from '@drippulse/loops';

/**
 * Runs statements of one transaction, each started in a turn of its own, so that one is prepared while the database
 * works on those before. Rejects with the first failure, after all statements have ended: a statement sent after the
 * rollback would be outside of the transaction.
 */
export async function pipeline(statements: readonly (() => Promise<void>)[]): Promise<void> {
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
