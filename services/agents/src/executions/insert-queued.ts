import type { Kysely } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Asked } from './asked.ts';
import { insertExecution } from './insert.ts';
import { newExecution, queued } from './new-execution.ts';
import type { ExecutionView } from './rows.ts';
import { takeRate } from './take-rate.ts';

/** Inserts an execution that a process works on later. Returns undefined if the key already has an execution. */
export async function insertQueued(
  ctx: Context,
  db: Kysely<DB>,
  definition: AgentDefinition,
  asked: Asked,
): Promise<ExecutionView | undefined> {
  await takeRate(db, definition);
  const now = ctx.clock.now();
  const base = newExecution(definition, asked, now);
  return insertExecution(db, { ...base, ...queued(definition, asked, base, now) });
}
