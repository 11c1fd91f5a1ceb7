import { type JsonObject, parseJson } from '@drippulse/json';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { ExecutionRow } from '../executions/rows.ts';
import { isJsonObject, storedObject } from '../json-objects.ts';
import { type Bounds, boundsOf } from '../policies/bounds.ts';
import { parsePolicy } from '../policies/policy.ts';
import type { Claimed } from './claim.ts';
import type { ChainStep, StepResult } from './step.ts';

/** An execution with its current step, as stored in the database. */
export type Loaded = {
  row: ExecutionRow;
  agent: { workflowId: bigint | null; codeId: string | null; isDeleted: boolean };
  step: ChainStep;
  configuration: JsonObject;
  bounds: Bounds;
  now: Date;
};

type Found = ExecutionRow & {
  workflow_id: bigint | null;
  code_id: string | null;
  deleted_at: Date | null;
  configuration: string | null;
  policy: string | null;
  seq: number | null;
  step_kind: string | null;
  step_status: string | null;
  request: string | null;
  result: string | null;
  attempts: number | null;
  first_sent_at: Date | null;
  now: Date;
};

/**
 * Loads executions, in the given order. Returns undefined in place of each execution whose fence has changed. Steps are
 * kept for a year. An execution whose step was deleted since then counts as failed.
 */
export async function loadExecutions(ctx: Context, claimed: readonly Claimed[]): Promise<(Loaded | undefined)[]> {
  const { rows } = await sql<Found>`
    select execution.*, agent.workflow_id, agent.code_id, agent.deleted_at, text.configuration, text.policy,
      step.seq, step.kind as step_kind, step.status as step_status, step.request, step.result, step.attempts,
      step.first_sent_at, clock_timestamp() as now
    from unnest(
        ${claimed.map(({ id }) => id)}::bigint[], ${claimed.map(({ fence }) => fence)}::bigint[],
        ${claimed.map((one) => one.created_at)}::timestamptz[]) as asked (id, fence, created_at)
    join executions as execution on execution.id = asked.id and execution.fence = asked.fence
    join agents as agent on agent.id = execution.agent_id
    left join execution_texts as text on text.created_at = asked.created_at and text.execution_id = asked.id
    left join execution_steps as step
      on step.created_at = asked.created_at and step.execution_id = asked.id and step.kind in ('code_call', 'enroll')`.execute(
    ctx.db.kysely,
  );
  const found = new Map(rows.map((row) => [row.id, loadedOf(row)]));
  return claimed.map(({ id }) => found.get(id));
}

function loadedOf(found: Found): Loaded {
  const { workflow_id, code_id, deleted_at, configuration, policy, now, ...row } = found;
  return {
    row,
    agent: { workflowId: workflow_id, codeId: code_id, isDeleted: deleted_at !== null },
    step: found.seq === null ? outlived : stepOf(found),
    configuration: storedObject(configuration),
    bounds: boundsOf(parsePolicy(policy ?? '{}')),
    now,
  };
}

const outlived: ChainStep = {
  ...{ seq: 1, kind: 'code_call', status: 'failed', request: {}, attempts: 0, firstSentAt: null },
  result: { outcome: 'failed', code: 'expired', message: 'It took longer than its input is kept.' },
};

function stepOf({
  seq,
  step_kind: kind,
  step_status: status,
  request,
  result,
  attempts,
  first_sent_at,
}: Found): ChainStep {
  return {
    seq: seq ?? 1,
    kind: kind === 'enroll' ? 'enroll' : 'code_call',
    status: status === 'succeeded' || status === 'failed' ? status : 'intent',
    request: storedObject(request),
    attempts: attempts ?? 0,
    firstSentAt: first_sent_at,
    result: resultOf(result),
  };
}

function resultOf(text: string | null): StepResult | null {
  if (text === null) return null;
  const value = parseJson(text);
  return isJsonObject(value) ? (value as StepResult) : null; // this service wrote the JSON
}
