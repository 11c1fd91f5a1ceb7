import { readSteps } from '@drippulse/engine';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type pg from 'pg';
import type { Runtime } from './start-runtime.ts';

/** A step as a customer writes it. */
export type StepInput = { type: string; [key: string]: unknown };

/** A workflow of the bench with its own organization. */
export type Filled = {
  workflowId: bigint;
  organizationId: bigint;
  stepsText: string;
  /** Id of the first enrollment; the ids of all others follow without a gap. */
  firstId: bigint;
};

/**
 * The step and phase in which enrollments begin. `dueAt` is a SQL expression for the due time of enrollment number `n`,
 * counted from 1.
 */
export type Place = { stepIndex: number; phase: 'ready' | 'waiting'; dueAt: string };

const atTheStart: Place = { stepIndex: 0, phase: 'ready', dueAt: 'now()' };

/**
 * Enrolls contacts as a bulk call does, but in one statement. They are due at their first step, or at `place` if it is
 * given. The lane does not exist yet, so nothing moves before `startLane`.
 */
export async function fillEnrollments(
  client: pg.Client,
  options: { workflowId: bigint; steps: readonly StepInput[]; count: number; place?: Place },
): Promise<Filled> {
  const { workflowId, steps, count } = options;
  const stepsText = readStepsText(steps);
  const { stepIndex, phase, dueAt } = options.place ?? atTheStart;
  await client.query('begin');
  await client.query('set local search_path = enrollments, public');
  await client.query(
    `insert into workflow_versions (workflow_id, version, steps, settings) values ($1, 1, $2, '{}') on conflict do nothing`,
    [workflowId, stepsText],
  );
  const { rows } = await client.query<{ first: string }>(
    `select setval('enrollments_id_seq', (select last_value from enrollments_id_seq) + $1::int) - $1::int + 1 as first`,
    [count],
  );
  const firstId = BigInt(rows[0]?.first ?? 0);
  const values = [workflowId, firstId, count];
  await client.query(
    `insert into enrollments (workflow_id, id, organization_id, created_at, key, version, is_holdout, mode, timezone, lead_ref, email, first_name, last_name, contact)
     select $1::bigint, id, $1, now(), gen_random_uuid(), 1, false, 'live', 'UTC', 'crm-' || id, email, first_name, last_name,
       json_build_object('lead_ref', 'crm-' || id, 'email', email, 'first_name', first_name, 'last_name', last_name,
         'score', id % 100, 'company', 'Company ' || id % 1000, 'country', 'NL')
     from generate_series($2::bigint, $2::bigint + $3::bigint - 1) as id
     cross join lateral (
       values ('person' || id || '@example.com', 'First' || id % 500, 'Last' || id % 3000)
     ) as named (email, first_name, last_name)`,
    values,
  );
  await client.query(
    `insert into enrollment_search (workflow_id, block, text)
     select $1::bigint, id >> 3, repeat(chr(30), min(id & 7)::int) || string_agg(
       lower(chr(10) || email || chr(10) || first_name || ' ' || last_name || chr(10) || last_name), chr(30) order by id)
     from enrollments where workflow_id = $1 and id >= $2 and id < $2::bigint + $3::bigint
     group by id >> 3`,
    values,
  );
  await client.query(
    `insert into runs (workflow_id, enrollment_id, organization_id, next_run_at, wake_at, updated_at, entered_at, version, mode, step_index, phase)
     select $1::bigint, $2::bigint + n - 1, $1, due_at, due_at, now(), now(), 1, 'live', $4::int, $5
     from (select n, ${dueAt} as due_at from generate_series(1, $3::bigint) as n) as placed`,
    [...values, stepIndex, phase],
  );
  await client.query(
    `insert into counters (workflow_id, version, step_id, mode, active) values ($1, 1, 's' || $2::int, 'live', $3)
     on conflict (workflow_id, version, step_id, mode) do update set active = counters.active + excluded.active`,
    [workflowId, stepIndex, count],
  );
  await client.query('commit');
  return { workflowId, organizationId: workflowId, stepsText, firstId };
}

/** Returns the steps in the form that the workflows service stores. */
function readStepsText(steps: readonly StepInput[]): string {
  let count = 0;
  const read = readSteps(JSON.stringify(steps), { active: true, makeId: () => `s${count++}` });
  if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems));
  return JSON.stringify(read.steps);
}

/**
 * Lets a filled workflow run. The lane is due as soon as its row exists, and the runtime is notified right after, as
 * the workflows service would notify it. Returns the time of the start, in epoch milliseconds of this machine's clock.
 */
export async function startLane(client: pg.Client, runtime: Runtime, filled: Filled): Promise<number> {
  const { workflowId, organizationId } = filled;
  await client.query(
    `insert into enrollments.lanes (workflow_id, organization_id, sequence, version, mode, state, wake_at, name)
     values ($1, $2, 1, 1, 'live', 'active', now(), 'Bench')`,
    [workflowId, organizationId],
  );
  const startedAt = Date.now();
  await tellOf(runtime, filled, { sequence: 2n, status: WorkflowStatus.ACTIVE });
  return startedAt;
}

/** Notifies the runtime of a change of a workflow, as the workflows service does after its commit. */
export async function tellOf(
  runtime: Runtime,
  { workflowId, organizationId, stepsText }: Filled,
  { sequence, status, deleted = false }: { sequence: bigint; status: WorkflowStatus; deleted?: boolean },
): Promise<void> {
  const workflow = {
    ...{ id: workflowId, name: 'Bench', status, version: 1 },
    ...{ steps: Buffer.from(stepsText), integrations: Buffer.from('[]') },
  };
  await runtime.workflows.as(organizationId).applyWorkflow({ sequence, workflow, deleted });
}
