import { retryConflicts } from '@drippulse/db';
import { stringifyJson } from '@drippulse/json';
import type { AgentDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { Asked } from './asked.ts';
import type { Decided, Decision } from './decide.ts';
import { insertExecution, type NewExecution, type NewStep } from './insert.ts';
import { insertDecided } from './insert-decided.ts';
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
  decision: Decision | undefined,
): Promise<ExecutionView | undefined> {
  if (callsModel(definition)) return insertReserved(ctx, definition, asked);
  if (definition.bounds.ratePerMinute === undefined) {
    // A single statement needs no explicit transaction.
    if (decision === undefined) return insertQueued(ctx, ctx.db.kysely, definition, asked);
    if (typeof decision !== 'function')
      return insertDecided(ctx, endedBy(ctx, { definition, asked, decided: decision }));
  }
  return retryConflicts(() =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      if (decision === undefined) return insertQueued(ctx, trx, definition, asked);
      await takeRate(trx, definition);
      const decided = typeof decision === 'function' ? await decision(trx) : decision;
      const view = await insertExecution(trx, endedBy(ctx, { definition, asked, decided }));
      if (view !== undefined) await recordEnds(ctx, trx, [view]);
      return view;
    }),
  );
}

function endedBy(
  { clock }: Context,
  { definition, asked, decided }: { definition: AgentDefinition; asked: Asked; decided: Decided },
): NewExecution {
  const begun = newExecution(definition, asked, clock.now());
  const { output, decision } = decided;
  const steps: NewStep[] = [
    { kind: 'decide', status: 'succeeded', decision: definition.bounds.logReasoning ? decision : undefined },
    { kind: 'final', status: 'succeeded' },
  ];
  return {
    ...begun,
    status: 'succeeded',
    output: stringifyJson(output),
    started_at: begun.created_at,
    finished_at: clock.now(),
    wake_at: null,
    deadline_at: null,
    steps,
  };
}
