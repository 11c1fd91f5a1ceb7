import { stringifyJson } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { mayRepeat } from './may-repeat.ts';
import { recordEnds } from './record-ends.ts';
import { releaseUnsent } from './release-unsent.ts';
import type { ExecutionView } from './rows.ts';
import { type StoredEnd, storeEnds } from './store-ends.ts';

/** The end of an execution. */
export type Ending =
  | { status: 'succeeded'; output: Parameters<typeof stringifyJson>[0] }
  | { status: 'failed'; code: string; message: string }
  | { status: 'cancelled' };

/**
 * Identifies an execution to end. Without a fence, the execution ends even if a process works on it; the next commit of
 * that process then changes nothing.
 */
type Place = { organizationId: bigint; id: bigint; fence?: bigint };

/** An execution to end, with the result of its last step unless the result is already stored. */
export type Finish = { place: Place; ending: Ending; last?: StoredEnd['last'] };

/**
 * Ends executions in one transaction, with all their consequences, such as events and counts. Returns the executions
 * that this call ended, by id. If two calls end an execution concurrently, only one of them succeeds. A call with an
 * outdated fence ends nothing.
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

/** Ends one execution. Returns undefined if the execution has already ended, or if its fence differs. */
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
    // A model chose parts of the message, and PostgreSQL stores no NUL.
    message: failure?.message.replaceAll('\u0000', '').slice(0, longestMessage) ?? null,
    output: ending.status === 'succeeded' ? stringifyJson(ending.output) : null,
    ...(last && { last }),
  };
}
