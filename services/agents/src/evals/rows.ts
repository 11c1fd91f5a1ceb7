import { DomainError } from '@drippulse/errors';
import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { DB, EvalCases, EvalResults, EvalSets } from '../db/schema.ts';

/** The kind of jobs that run eval sets. */
export const evalJobs = 'eval';

export type EvalSetRow = Selectable<EvalSets>;
export type EvalCaseRow = Selectable<EvalCases>;
export type EvalResultRow = Selectable<EvalResults>;

/** A run with its job and its cost so far. */
export type EvalRunRow = {
  id: bigint;
  organization_id: bigint;
  eval_set_id: bigint;
  agent_id: bigint;
  mode: string;
  version: number;
  active_version: number | null;
  trials: number;
  max_cost_pico_usd: bigint;
  ledger_id: bigint;
  cases: number | null;
  passed: number | null;
  active_passed: number | null;
  is_worse: boolean;
  created_at: Date;
  status: string;
  processed: bigint;
  total: bigint;
  error: string | null;
  finished_at: Date | null;
  cost_pico_usd: bigint;
};

/** Number of steps in the ledger that are reserved for each result of a run. */
export const stepsOfResult = 1_000;

/** Selects the eval sets of an organization whose agent is not deleted. */
export function selectEvalSets(db: Kysely<DB>, organizationId: bigint) {
  return db
    .selectFrom('eval_sets')
    .where('organization_id', '=', organizationId)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('agents')
          .select('agents.id')
          .whereRef('agents.id', '=', 'eval_sets.agent_id')
          .where('agents.deleted_at', 'is', null),
      ),
    );
}

export async function findEvalSet(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<EvalSetRow> {
  const row = await selectEvalSets(db, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw evalSetNotFound();
  return row;
}

/** Finds an eval set of the organization, and locks its row. */
export async function lockEvalSet(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<EvalSetRow> {
  const row = await selectEvalSets(trx, organizationId).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw evalSetNotFound();
  return row;
}

/** Finds the mode of an eval set of the caller's organization; undefined if no eval set has this id. */
export async function findEvalSetMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  id: unknown,
): Promise<Mode | undefined> {
  const row = await selectEvalSets(db, organizationId)
    .select('mode')
    .where('id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

type Place = { organizationId: bigint; evalSetId: bigint };

/** Selects the cases of an eval set. */
export function selectCases(db: Kysely<DB>, { organizationId, evalSetId }: Place) {
  return db.selectFrom('eval_cases').where('organization_id', '=', organizationId).where('eval_set_id', '=', evalSetId);
}

/** Counts the cases of each of these eval sets. */
export async function countCases(db: Kysely<DB>, ids: readonly bigint[]): Promise<Map<bigint, bigint>> {
  const { rows } = await sql<{ eval_set_id: bigint; count: bigint }>`
    select eval_set_id, count(*) as count from eval_cases where eval_set_id = any(${ids}::bigint[]) group by 1`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.eval_set_id, row.count]));
}

/** Selects the runs of an eval set. */
export function selectRuns(db: Kysely<DB>, { organizationId, evalSetId }: Place) {
  return db.selectFrom('eval_runs').where('organization_id', '=', organizationId).where('eval_set_id', '=', evalSetId);
}

/** Reads runs with the state of their jobs, newest first. */
export async function withJobs(db: Kysely<DB>, ids: readonly bigint[]): Promise<EvalRunRow[]> {
  const { rows } = await sql<EvalRunRow>`
    select eval_runs.*, jobs.status, jobs.processed, jobs.total, jobs.error, jobs.finished_at, (
        select coalesce(sum(charged_pico_usd), 0)::bigint from reservations
        where reservations.created_at = eval_runs.created_at and reservations.execution_id = eval_runs.ledger_id) as cost_pico_usd
    from eval_runs join jobs on jobs.id = eval_runs.id
    where eval_runs.id = any(${ids}::bigint[]) order by eval_runs.id desc`.execute(db);
  return rows;
}

export async function findRun(db: Kysely<DB>, place: Place & { id: bigint }): Promise<EvalRunRow> {
  const known = await selectRuns(db, place).select('id').where('id', '=', place.id).executeTakeFirst();
  const [row] = known === undefined ? [] : await withJobs(db, [known.id]);
  if (row === undefined) {
    throw new DomainError('not_found', 'eval_run_not_found', 'The eval set has no run with this id.');
  }
  return row;
}

/** Reads the results of a run in the order in which the cases ran, without steps and outputs. */
export async function readOutcomes(db: Kysely<DB>, runId: bigint): Promise<Omit<EvalResultRow, 'steps' | 'output'>[]> {
  return db
    .selectFrom('eval_results')
    .select(['run_id', 'ordinal', 'organization_id', 'case_id', 'version', 'trial', 'passed', 'error_code'])
    .select(['error_message', 'problems', 'actions', 'model', 'duration_ms'])
    .where('run_id', '=', runId)
    .orderBy('ordinal')
    .execute();
}

function evalSetNotFound(): DomainError {
  return new DomainError('not_found', 'eval_set_not_found', 'There is no eval set with this id.');
}

export function caseNotFound(): DomainError {
  return new DomainError('not_found', 'eval_case_not_found', 'There is no case with this id.');
}

/** Reads the cost of each result of a run, by `ordinal`. */
export async function readCosts(
  db: Kysely<DB>,
  { ledger_id: ledgerId, created_at: createdAt }: Pick<EvalRunRow, 'ledger_id' | 'created_at'>,
): Promise<Map<number, bigint>> {
  const { rows } = await sql<{ ordinal: number; charged: bigint }>`
    select seq / ${stepsOfResult}::integer as ordinal, sum(charged_pico_usd)::bigint as charged from reservations
    where created_at = ${createdAt} and execution_id = ${ledgerId} group by 1`.execute(db);
  return new Map(rows.map(({ ordinal, charged }) => [ordinal, charged]));
}
