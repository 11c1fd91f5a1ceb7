import { stringifyJson } from '@drippulse/json';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Claimed } from './claim.ts';
import type { ChainStep, StepResult } from './step.ts';

/** A step of an execution that this process works on. */
export type OwnStep = { claimed: Claimed; seq: number };

/**
 * Commits the starts of attempts before anything is sent. Returns one boolean per step, in the order of `steps`:
 * whether the attempt was committed. An attempt is not committed if this process has lost the execution.
 */
export async function beginAttempts(ctx: Context, steps: readonly OwnStep[]): Promise<boolean[]> {
  const { rows } = await sql<{ execution_id: bigint }>`
    with asked as (
      select * from unnest(
        ${steps.map(({ claimed }) => claimed.id)}::bigint[], ${steps.map(({ claimed }) => claimed.fence)}::bigint[],
        ${steps.map(({ claimed }) => claimed.created_at)}::timestamptz[], ${steps.map(({ seq }) => seq)}::int[])
        as asked (id, fence, created_at, seq)),
    own as (
      select executions.id from asked join executions on executions.id = asked.id and executions.fence = asked.fence
      where executions.status in ('queued', 'running', 'waiting_approval') order by executions.id for update of executions)
    update execution_steps as step
    set attempts = step.attempts + 1, first_sent_at = coalesce(step.first_sent_at, clock_timestamp()), result = null
    from asked join own on own.id = asked.id
    where step.created_at = asked.created_at and step.execution_id = asked.id and step.seq = asked.seq
    returning step.execution_id`.execute(ctx.db.kysely);
  const begun = new Set(rows.map((row) => row.execution_id));
  return steps.map(({ claimed }) => begun.has(claimed.id));
}

/** Commits the start of one attempt. Returns false if this process has lost the execution. */
export async function beginAttempt(ctx: Context, claimed: Claimed, seq: number): Promise<boolean> {
  const [begun] = await beginAttempts(ctx, [{ claimed, seq }]);
  return begun === true;
}

/**
 * Stores the result of an attempt that does not end its execution, in one statement. Returns false if this process has
 * lost the execution; the next process then repeats the attempt with the same key.
 */
export async function storeResult(
  { db }: Context,
  claimed: Claimed,
  { step, result }: { step: ChainStep; result: StepResult },
): Promise<boolean> {
  const status = result.outcome === 'passing' ? 'intent' : result.outcome;
  const enrollmentId = enrollmentIdOf(step, result);
  const own =
    enrollmentId === null
      ? sql`select id, organization_id, agent_id from executions where ${isOwn(claimed)} for update`
      : sql`
        update executions set enrollment_id = ${enrollmentId}::bigint where ${isOwn(claimed)} returning id, organization_id, agent_id`;
  const message = `Attempt ${step.attempts + 1} of ${step.kind} failed and may pass`;
  const noted = sql`, noted as (
      insert into agent_logs (at, organization_id, agent_id, execution_id, seq, level, message)
      select clock_timestamp(), organization_id, agent_id, id, ${step.seq}, 'warn', ${message} from own)`;
  const { rows } = await sql`
    with own as (${own}) ${result.outcome === 'passing' ? noted : sql``}
    update execution_steps set status = ${status}, result = ${stringifyJson(result)},
      ended_at = case when ${status} <> 'intent' then clock_timestamp() end
    where created_at = ${claimed.created_at} and execution_id = ${claimed.id} and seq = ${step.seq} and exists (select from own)
    returning seq`.execute(db.kysely);
  return rows.length > 0;
}

/** Makes the execution due after a delay, and ends its lease. */
export async function postpone(
  ctx: Context,
  claimed: Claimed,
  { ms, isParked }: { ms: number; isParked: boolean },
): Promise<void> {
  await sql`
    update executions set wake_at = clock_timestamp() + make_interval(secs => ${ms / 1000}), is_parked = ${isParked}
    where id = ${claimed.id} and fence = ${claimed.fence} and wake_at is not null`.execute(ctx.db.kysely);
}

/** Locks an execution if it has not ended and this process still has its lease. Returns whether it was locked. */
export async function lockOwn(trx: Transaction<DB>, claimed: Claimed): Promise<boolean> {
  const { rows } = await sql`select from executions where ${isOwn(claimed)} for update`.execute(trx);
  return rows.length > 0;
}

/** Builds the SQL condition that a row of `executions` has not ended and that this process still has its lease. */
export function isOwn({ id, fence }: Claimed): RawBuilder<unknown> {
  return sql`id = ${id} and fence = ${fence} and status in ('queued', 'running', 'waiting_approval')`;
}

/** Returns the id of the enrollment that a result reports as started; null if no enrollment was started. */
export function enrollmentIdOf({ kind }: ChainStep, result: StepResult): string | null {
  if (kind !== 'enroll' || result.outcome !== 'succeeded') return null;
  const { enrollment_id: id } = result.output;
  return typeof id === 'string' ? id : null;
}
