import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { activeStatuses, type ExecutionView } from './rows.ts';

/** The end of an execution, as its rows store it. */
export type StoredEnd = {
  organizationId: bigint;
  id: bigint;
  /** Expected fence. If undefined, any fence is accepted. */
  fence?: bigint;
  status: 'succeeded' | 'failed' | 'cancelled';
  code: string | null;
  message: string | null;
  output: string | null;
  /** The result of the last step, as JSON. */
  last?: { seq: number; status: 'succeeded' | 'failed'; result: string };
};

/**
 * Stores ends in one statement: the row, the result of the last step, the step `final` and the output. As everywhere,
 * executions are locked in the order of their ids. Returns the executions that had not ended and had the expected
 * fence.
 */
export async function storeEnds(trx: Transaction<DB>, ends: readonly StoredEnd[]): Promise<ExecutionView[]> {
  const { rows } = await sql<ExecutionView>`
    with asked as (
      select * from unnest(
        ${ends.map(({ id }) => id)}::bigint[], ${ends.map((end) => end.organizationId)}::bigint[],
        ${ends.map(({ fence }) => fence ?? null)}::bigint[], ${ends.map(({ status }) => status)}::text[],
        ${ends.map(({ code }) => code)}::text[], ${ends.map(({ message }) => message)}::text[],
        ${ends.map(({ output }) => output)}::text[], ${ends.map(({ last }) => last?.seq ?? null)}::int[],
        ${ends.map(({ last }) => last?.status ?? null)}::text[], ${ends.map(({ last }) => last?.result ?? null)}::text[])
        as asked (id, organization_id, fence, status, code, message, output, seq, step_status, result)),
    own as (
      select executions.id from asked join executions on executions.id = asked.id and executions.organization_id = asked.organization_id
      where executions.status = any(${[...activeStatuses]}::text[]) and (asked.fence is null or executions.fence = asked.fence)
      order by executions.id for update of executions),
    ended as (
      update executions set status = asked.status, error_code = asked.code, error_message = asked.message, wake_at = null,
        is_parked = false, fence = executions.fence + 1, sequence = executions.sequence + 1,
        started_at = coalesce(executions.started_at, clock_timestamp()),
        finished_at = greatest(date_trunc('milliseconds', clock_timestamp()), executions.created_at)
      from own join asked on asked.id = own.id where executions.id = own.id
      returning executions.*),
    answered as (
      update execution_steps as step set status = asked.step_status, result = asked.result, ended_at = clock_timestamp()
      from ended join asked on asked.id = ended.id
      where asked.seq is not null and step.created_at = ended.created_at and step.execution_id = ended.id and step.seq = asked.seq),
    closed as (
      insert into execution_steps (created_at, execution_id, seq, organization_id, kind, status, planned_at, ended_at)
      select ended.created_at, ended.id, 1 + coalesce((
          select max(seq) from execution_steps as step where step.created_at = ended.created_at and step.execution_id = ended.id), 0),
        ended.organization_id, 'final', case when ended.status = 'succeeded' then 'succeeded' else 'failed' end, ended.finished_at,
        ended.finished_at
      from ended),
    texts as (
      update execution_texts as text set output = asked.output
      from ended join asked on asked.id = ended.id
      where text.created_at = ended.created_at and text.execution_id = ended.id
      returning text.execution_id, text.input, text.output)
    select ended.*, texts.input, texts.output from ended left join texts on texts.execution_id = ended.id`.execute(trx);
  return rows;
}
