import { isInfrastructureError } from '@drippulse/db';
import type { Context } from '../context.ts';
import { type PostponedKind, postpone, recovered } from './postpone.ts';

/**
 * Runs one slice of a loop that processes one item at a time. `run` calls `named` as soon as it has claimed an item.
 * When the item's work fails, the item is postponed and `otherwise` is returned, so that the loop continues with the
 * next item. An unavailable database or a conflict is a transient failure that does not concern the item, so the loop
 * itself tries again.
 */
export async function postponing<T>(
  ctx: Pick<Context, 'db' | 'dbNow' | 'log'>,
  kind: PostponedKind,
  { run, otherwise }: { run(named: (item: string) => void): Promise<T>; otherwise: T },
): Promise<T> {
  let item: string | undefined;
  try {
    const answer = await run((name) => {
      item = name;
    });
    if (item !== undefined) await recovered(ctx.db.kysely, kind, [item]);
    return answer;
  } catch (error) {
    if (item === undefined || isInfrastructureError(error)) throw error;
    await postpone(ctx, { kind, item }, error);
    return otherwise;
  }
}
