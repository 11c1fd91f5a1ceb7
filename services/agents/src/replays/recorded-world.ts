import { sql } from 'kysely';
import { toolStepsOf } from '../calls/step.ts';
import { readSteps } from '../chain/model/load.ts';
import type { Context } from '../context.ts';
import type { ExecutionRow } from '../executions/rows.ts';
import type { RecordedWorld, Rehearsed } from '../rehearsals/rehearsal.ts';

/** The recorded chain of an execution by a model, which replaces the outside world in a replay. */
export type RecordedChain = {
  steps: Rehearsed['steps'];
  world: RecordedWorld;
  /** The cost of each recorded answer, by the body of its request. */
  costs: ReadonlyMap<string, bigint>;
};

export async function readChain(
  ctx: Pick<Context, 'db'>,
  row: Pick<ExecutionRow, 'id' | 'created_at'>,
): Promise<RecordedChain> {
  const steps = await readSteps(ctx, row);
  const charges = await chargesOf(ctx, row);
  const answered = steps.flatMap((step) => {
    const { body } = step.request;
    return step.result?.outcome === 'succeeded' && typeof body === 'string' ? [{ ...step, body }] : [];
  });
  return {
    steps,
    world: { tools: toolStepsOf(steps), answers: new Map(answered.map(({ body, result }) => [body, result])) },
    costs: new Map(answered.map(({ body, seq }) => [body, charges.get(seq) ?? 0n])),
  };
}

/** Reads the costs of an execution's answers, by step. Leaves out attempts without an answer. */
async function chargesOf(
  { db }: Pick<Context, 'db'>,
  { id, created_at: createdAt }: Pick<ExecutionRow, 'id' | 'created_at'>,
): Promise<Map<number, bigint>> {
  const { rows } = await sql<{ seq: number; charged: bigint }>`
    select seq, sum(charged_pico_usd)::bigint as charged from reservations
    where created_at = ${createdAt} and execution_id = ${id} and state in ('settled', 'estimated', 'overrun')
    group by seq`.execute(db.kysely);
  return new Map(rows.map(({ seq, charged }) => [seq, charged]));
}
