import { yieldToEventLoop } from '@drippulse/loops';

/**
 * Runs statements of one transaction, each started in a turn of its own, so that one statement is prepared while the
 * database works on earlier ones. Rejects with the first failure, after all statements have ended, because a statement
 * sent after the rollback would run outside of the transaction.
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
