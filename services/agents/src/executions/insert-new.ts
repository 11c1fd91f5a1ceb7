import { retryConflicts } from '@drippulse/db';
import { stringifyJson } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Asked } from './asked.ts';
import type { Decide } from './decide.ts';
import { insertExecution, type NewStep } from './insert.ts';
import { insertQueued } from './insert-queued.ts';
import { callsModel, insertReserved } from './insert-reserved.ts';
import { newExecution } from './new-execution.ts';
import { recordEnds } from './record-ends.ts';
import type { ExecutionView } from './rows.ts';
import { takeRate } from './take-rate.ts';

/**
 * Inserts an execution. If it calls a model, reserves its first call. If it decides immediately, inserts it as ended.
 * Otherwise, leaves it to the pool. Returns undefined if the key already has an execution.
 */
export async function insertNew(
  ctx: Context,
  definition: AgentDefinition,
  asked: Asked,
  decide: Decide | undefined,
): Promise<ExecutionView | undefined> {
  if (callsModel(definition)) return insertReserved(ctx, definition, asked);
  // A single statement needs no explicit transaction.
  const isSingle = decide === undefined && definition.bounds.ratePerMinute === undefined;
  if (isSingle) return insertQueued(ctx, ctx.db.kysely, definition, asked);
  return retryConflicts(() =>
    ctx.db.kysely
      .transaction()
      .execute((trx) =>
        decide === undefined
          ? insertQueued(ctx, trx, definition, asked)
          : insertAndEnd(ctx, trx, { definition, asked, decide }),
      ),
  );
}

async function insertAndEnd(
  ctx: Context,
  trx: Transaction<DB>,
  { definition, asked, decide }: { definition: AgentDefinition; asked: Asked; decide: Decide },
): Promise<ExecutionView | undefined> {
  await takeRate(trx, definition);
  const now = ctx.clock.now();
  const base = newExecution(definition, asked, now);
  const { output, decision } = await decide(trx);
  const steps: NewStep[] = [
    { kind: 'decide', status: 'succeeded', decision: definition.bounds.logReasoning ? decision : undefined },
    { kind: 'final', status: 'succeeded' },
  ];
  const ended = {
    status: 'succeeded',
    output: stringifyJson(output),
    finished_at: ctx.clock.now(),
    wake_at: null,
    deadline_at: null,
  };
  const view = await insertExecution(trx, { ...base, ...ended, started_at: now, steps });
  if (view !== undefined) await recordEnds(ctx, trx, [view]);
  return view;
}
