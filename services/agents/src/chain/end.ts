import type { Context } from '../context.ts';
import { type Ending, finishExecution } from '../executions/finish.ts';
import { afterEnd } from '../executions/record-ends.ts';
import type { Claimed } from './claim.ts';

/** Ends an execution that this process works on. */
export async function endExecution(ctx: Context, claimed: Claimed, ending: Ending): Promise<void> {
  const view = await ctx.db.kysely.transaction().execute((trx) => finishExecution(ctx, trx, placeOf(claimed), ending));
  if (view !== undefined) afterEnd(ctx, view);
}

/** Returns the members by which `finishExecutions` finds an execution that this process works on. */
export function placeOf({ organization_id: organizationId, id, fence }: Claimed) {
  return { organizationId, id, fence };
}
