import type { JobRow } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { DB, EvalRuns } from '../db/schema.ts';
import type { EvalCaseRow } from './rows.ts';

/** A case that must be run once with a version. `steps` is the chain so far, if an interrupted slice began the case. */
export type Due = Pick<EvalCaseRow, 'at' | 'input' | 'expected' | 'checks' | 'calls' | 'contact' | 'has_enrollment'> & {
  case_id: bigint;
  ordinal: number;
  version: number;
  steps: string | null;
};

export async function findOwnRun(db: Kysely<DB>, job: JobRow): Promise<Selectable<EvalRuns>> {
  const run = await db
    .selectFrom('eval_runs')
    .innerJoin('agents', 'agents.id', 'eval_runs.agent_id')
    .selectAll('eval_runs')
    .where('eval_runs.id', '=', job.id)
    .where('agents.deleted_at', 'is', null)
    .executeTakeFirst();
  if (run === undefined) throw new DomainError('failed_precondition', 'agent_not_found', 'The agent is deleted.');
  return run;
}

/** Finds the next cases to run, in order. */
export async function findDue(db: Kysely<DB>, runId: bigint, limit: number): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select result.ordinal, result.version, result.steps, result.case_id, own.at, own.input, own.expected, own.checks, own.calls,
      own.contact, own.has_enrollment
    from eval_results as result join eval_cases as own on own.id = result.case_id
    where result.run_id = ${runId} and result.passed is null order by result.ordinal limit ${limit}`.execute(db);
  return rows;
}

/** Whether a run has no case left to run. */
export async function isRun(db: Kysely<DB>, runId: bigint): Promise<boolean> {
  const { rows } = await sql`
    select from eval_results where run_id = ${runId} and passed is null limit 1`.execute(db);
  return rows.length === 0;
}
