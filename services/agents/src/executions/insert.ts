import { type JsonObject, stringifyJson } from '@drippulse/json';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ExecutionRow, ExecutionView } from './rows.ts';

/** A new execution. */
export type NewExecution = Pick<
  ExecutionRow,
  | 'key'
  | 'organization_id'
  | 'agent_id'
  | 'mode'
  | 'kind'
  | 'work'
  | 'destination'
  | 'status'
  | 'idempotency_key'
  | 'key_hash'
  | 'fingerprint'
  | 'correlation_id'
  | 'trace_id'
  | 'template_id'
  | 'template_version'
  | 'source_workflow_id'
  | 'source_enrollment_id'
  | 'cause'
  | 'actor_type'
  | 'actor_id'
  | 'hops'
  | 'wake_at'
  | 'deadline_at'
  | 'created_at'
  | 'started_at'
  | 'finished_at'
> & {
  input: string;
  output: string | null;
  configuration: string;
  policy: string;
  people: string[];
  steps: readonly NewStep[];
};

/** A planned step, or the final step of an execution that ends immediately. */
export type NewStep = {
  kind: 'decide' | 'code_call' | 'enroll' | 'model_call' | 'final';
  status: 'intent' | 'succeeded' | 'failed';
  request?: JsonObject;
  decision?: JsonObject | undefined;
};

/**
 * Inserts executions with their texts and steps, in one statement, and returns the rows in any order. Leaves out an
 * execution whose key already has one.
 */
export async function insertExecutions(db: Kysely<DB>, asked: readonly NewExecution[]): Promise<ExecutionView[]> {
  // Concurrent processes insert keys in the same order, so that they wait for each other without a deadlock.
  const made = asked.toSorted((a, b) => Buffer.compare(a.key_hash ?? noHash, b.key_hash ?? noHash));
  const { rows } = await sql<ExecutionRow>`
    with inserted as (
      insert into executions (
        key, organization_id, agent_id, mode, kind, work, destination, status, idempotency_key, key_hash, fingerprint, correlation_id,
        trace_id, template_id, template_version, source_workflow_id, source_enrollment_id, cause, actor_type, actor_id, hops, fence, wake_at,
        deadline_at, created_at, started_at, finished_at)
      values ${sql.join(made.map(valuesOf))}
      on conflict do nothing
      returning *),
    stored as (
      insert into execution_texts (created_at, execution_id, organization_id, input, output, configuration, policy, people)
      select created_at, id, organization_id, input, output, configuration, policy,
        array(select json_array_elements_text(people::json))
      from inserted join unnest(
        ${made.map(({ key }) => key)}::uuid[], ${made.map(({ input }) => input)}::text[],
        ${made.map(({ output }) => output)}::text[], ${made.map(({ configuration }) => configuration)}::text[],
        ${made.map(({ policy }) => policy)}::text[], ${made.map(({ people }) => JSON.stringify(people))}::text[])
        as text (key, input, output, configuration, policy, people) using (key)),
    planned as (
      insert into execution_steps (
        created_at, execution_id, seq, organization_id, kind, status, request, decision, planned_at, ended_at)
      select created_at, id, step.seq, organization_id, step.kind, step.status, step.request, step.decision, created_at,
        case when step.status <> 'intent' then created_at end
      from inserted join json_to_recordset(${JSON.stringify(made.flatMap(stepsOf))}::json) as step (
        execution_key uuid, seq int, kind text, status text, request text, decision text) on step.execution_key = inserted.key)
    select * from inserted`.execute(db);
  const byKey = new Map(made.map((one) => [one.key, one]));
  return rows.map((row) => {
    const { input = null, output = null } = byKey.get(row.key) ?? {};
    return { ...row, input, output };
  });
}

/** Inserts one execution. Returns undefined if its key already has one. */
export async function insertExecution(db: Kysely<DB>, made: NewExecution): Promise<ExecutionView | undefined> {
  const [view] = await insertExecutions(db, [made]);
  return view;
}

const noHash = Buffer.alloc(0);

function valuesOf(made: NewExecution): RawBuilder<unknown> {
  return sql`(
    ${made.key}, ${made.organization_id}, ${made.agent_id}, ${made.mode}, ${made.kind}, ${made.work}, ${made.destination},
    ${made.status}, ${made.idempotency_key}, ${made.key_hash}, ${made.fingerprint}, ${made.correlation_id}, ${made.trace_id},
    ${made.template_id}, ${made.template_version}, ${made.source_workflow_id}, ${made.source_enrollment_id}, ${made.cause},
    ${made.actor_type}, ${made.actor_id}, ${made.hops}, ${made.status === 'queued' ? 0 : 1}, ${made.wake_at}, ${made.deadline_at},
    ${made.created_at}, ${made.started_at}, ${made.finished_at})`;
}

function stepsOf({ key, steps }: NewExecution) {
  return steps.map((step, index) => ({
    execution_key: key,
    seq: index + 1,
    kind: step.kind,
    status: step.status,
    request: step.request === undefined ? null : stringifyJson(step.request),
    decision: step.decision === undefined ? null : stringifyJson(step.decision),
  }));
}
