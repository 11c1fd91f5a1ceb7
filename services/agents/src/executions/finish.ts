import { stringifyJson } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { mayRepeat } from './may-repeat.ts';
import { recordEnds } from './record-ends.ts';
import { releaseUnsent } from './release-unsent.ts';
import type { ExecutionView } from './rows.ts';
import { type StoredEnd, storeEnds } from './store-ends.ts';

/** How an execution ends. */
export type Ending =
  | { status: 'succeeded'; output: Parameters<typeof stringifyJson>[0] }
  | { status: 'failed'; code: string; message: string }
  | { status: 'cancelled' };

/** Without a fence it ends whoever works on it; their next commit changes nothing then. */
type Place = { organizationId: bigint; id: bigint; fence?: bigint };

/** An execution that ends, with the result of its last step if that is not stored yet. */
export type Finish = { place: Place; ending: Ending; last?: StoredEnd['last'] };

/**
 * Ends executions in one transaction with all that follows from it. Answers those that have ended with it, by id: of
 * two that end one execution, one does, and with another fence nobody does.
 */
export async function finishExecutions(
  ctx: Pick<Context, 'random'>,
  trx: Transaction<DB>,
  asked: readonly Finish[],
): Promise<Map<bigint, ExecutionView>> {
  const views = await storeEnds(trx, asked.map(storedOf));
  for (const row of views) {
    if (row.work === 'llm') await releaseUnsent(trx, row, { mayRepeat: mayRepeat(row) });
  }
  await recordEnds(ctx, trx, views);
  return new Map(views.map((view) => [view.id, view]));
}

/** Ends one execution. Undefined when it has ended before, or its fence is another one. */
export async function finishExecution(
  ctx: Pick<Context, 'random'>,
  trx: Transaction<DB>,
  place: Place,
  ending: Ending,
): Promise<ExecutionView | undefined> {
  return (await finishExecutions(ctx, trx, [{ place, ending }])).get(place.id);
}

const longestMessage = 1_000;

function storedOf({ place, ending, last }: Finish): StoredEnd {
  const failure = ending.status === 'failed' ? ending : undefined;
  return {
    ...place,
    status: ending.status,
    code: failure?.code ?? null,
    // A model chose parts of it, and PostgreSQL stores no NUL.
    message: failure?.message.replaceAll('\u0000', '').slice(0, longestMessage) ?? null,
    output: ending.status === 'succeeded' ? stringifyJson(ending.output) : null,
    ...(last && { last }),
  };
}
