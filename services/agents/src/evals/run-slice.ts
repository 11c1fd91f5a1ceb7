import { isInfrastructureError, JobLost, type JobRow, keepJob, type WriteSlice } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import type { Selectable, Transaction } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB, EvalRuns } from '../db/schema.ts';
import { forgetWindow } from '../rehearsals/ledger-id.ts';
import { RehearsalLost } from '../rehearsals/rehearsal.ts';
import { definitionOfVersion } from '../replays/definition-of-version.ts';
import { type Due, findDue, findOwnRun, isRun } from './find-due.ts';
import { type Performed, performCase } from './perform.ts';
import { readOutcomes } from './rows.ts';
import { verdictOfRun } from './verdict-of-run.ts';

/** Maximum number of concurrent model calls per run. */
const modelsAtOnce = 4;
const casesOfSlice = 50;

/**
 * Runs the next cases of a run. Each answer of a model is stored when it arrives, so that a repeated slice does not pay
 * for the answer twice. If a slice fails, its cases keep their steps and have no result.
 */
export async function runSlice(ctx: Context, job: JobRow, stopping: AbortSignal): Promise<WriteSlice<DB>> {
  const { kysely } = ctx.db;
  const run = await findOwnRun(kysely, job);
  const place = { organizationId: run.organization_id, agentId: run.agent_id };
  const definitions = new Map<number, AgentDefinition>();
  for (const version of [run.version, ...(run.active_version === null ? [] : [run.active_version])]) {
    definitions.set(version, await definitionOfVersion(ctx, { ...place, version }));
  }
  const callsModels = definitions.get(run.version)?.work.kind === 'llm';
  const due = await findDue(kysely, run.id, callsModels ? modelsAtOnce : casesOfSlice);
  const one = (own: Due): Promise<Performed> => {
    const definition = definitions.get(own.version);
    if (definition === undefined) throw new Error(`version ${own.version} is none of the run`);
    return performCase(ctx, { job, run, definition }, own, stopping);
  };
  const performed = await keepJob(kysely, job, ctx.config.leaseMs / 1_000, () => performAll(due, one, stopping));
  return async (trx) => {
    await storeResults(trx, job, performed);
    const isFinished = await isRun(trx, run.id);
    if (isFinished) await storeVerdict(trx, run);
    return { cursor: '{}', processed: performed.length, isFinished };
  };
}

/**
 * Performs all cases of a slice at the same time, because a slice is small. Waits until all cases have ended before it
 * throws an error.
 */
async function performAll(
  due: readonly Due[],
  one: (own: Due) => Promise<Performed>,
  stopping: AbortSignal,
): Promise<Performed[]> {
  const settled = await Promise.allSettled(due.map(one));
  // Ignores the error of a case that was deleted or whose run was lost, because such a case stores nothing.
  const [error] = settled.flatMap((result): unknown[] =>
    result.status === 'rejected' && !(result.reason instanceof RehearsalLost) ? [result.reason] : [],
  );
  if (stopping.aborted && settled.some(({ status }) => status === 'rejected')) throw new JobLost();
  // A refusal such as a full budget, a missing price or an error of the provider would stop every case, so it ends the
  // run.
  if (error instanceof DomainError && !isInfrastructureError(error))
    throw new DomainError('failed_precondition', error.reason, error.message);
  if (error !== undefined) throw error;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function storeVerdict(trx: Transaction<DB>, run: Selectable<EvalRuns>): Promise<void> {
  const { cases, passed, activePassed, isWorse } = verdictOfRun(run, await readOutcomes(trx, run.id));
  await trx
    .updateTable('eval_runs')
    .set({ cases: cases.length, passed, active_passed: activePassed ?? null, is_worse: isWorse })
    .where('id', '=', run.id)
    .execute();
  await forgetWindow(trx, run.ledger_id);
}

async function storeResults(trx: Transaction<DB>, { id }: JobRow, performed: readonly Performed[]): Promise<void> {
  for (const { ordinal, outcome, problems, actions, model, durationMs } of performed) {
    const error = 'error' in outcome ? outcome.error : undefined;
    await trx
      .updateTable('eval_results')
      .set({
        passed: problems.length === 0,
        steps: null,
        output: 'output' in outcome ? stringifyJson(outcome.output) : null,
        error_code: error?.code ?? null,
        // A model chose parts of these strings, and PostgreSQL stores no NUL.
        error_message: error?.message.replaceAll('\u0000', '').slice(0, 1_000) ?? null,
        problems: problems.map((problem) => problem.replaceAll('\u0000', '')),
        actions: actions.map((action) => action.replaceAll('\u0000', '').slice(0, 255)),
        model: model ?? null,
        duration_ms: BigInt(durationMs),
      })
      .where('run_id', '=', id)
      .where('ordinal', '=', ordinal)
      .execute();
  }
}
