import { type Kysely, type Selectable, sql } from 'kysely';
import type { DB, Effects } from '../db/schema.ts';
import { type ExecutionView, withTexts } from '../executions/rows.ts';
import type { AskedEffect } from './asked-effect.ts';

export type EffectRow = Selectable<Effects>;

/** Finds the effect with a key. An effect with an equal key but a different planned time is a different effect. */
export async function findEffect(
  db: Kysely<DB>,
  { organizationId, key, plannedAt }: { organizationId: bigint; key: string; plannedAt?: Date },
): Promise<EffectRow | undefined> {
  return db
    .selectFrom('effects')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('effect_key', '=', key)
    .$if(plannedAt !== undefined, (query) => query.where('planned_at', '=', plannedAt ?? new Date(0)))
    .executeTakeFirst();
}

/** A stored attempt: its execution and state, or the reason why it has no execution. */
export type Try = { executionId: bigint | null; state: 'accepted' | 'ended' | 'refused' } & Partial<
  Pick<EffectRow, 'failure' | 'retryable' | 'retry_after_seconds'>
>;

/** Stores an attempt, unless a later attempt of the effect is already stored. */
export async function storeTry(
  db: Kysely<DB>,
  { key, attempt, plannedAt, enrollmentId, asked: { caller } }: AskedEffect,
  { executionId, state, failure = null, retryable = false, retry_after_seconds: retryAfterSeconds = null }: Try,
): Promise<void> {
  await sql`
    insert into effects as known (planned_at, organization_id, effect_key, attempt, mode, enrollment_id, execution_id, state, failure,
      retryable, retry_after_seconds)
    values (${plannedAt}, ${caller.organizationId}, ${key}, ${attempt}, ${caller.mode}, ${enrollmentId}, ${executionId}, ${state},
      ${failure}, ${retryable}, ${retryAfterSeconds})
    on conflict (organization_id, effect_key, planned_at) do update set
      attempt = excluded.attempt, execution_id = coalesce(excluded.execution_id, known.execution_id), state = excluded.state,
      failure = excluded.failure, retryable = excluded.retryable, retry_after_seconds = excluded.retry_after_seconds,
      report_at = null, reports = 0
    where known.attempt <= excluded.attempt`.execute(db);
}

export async function executionOf(
  db: Kysely<DB>,
  { organization_id: organizationId, execution_id: id }: EffectRow,
): Promise<ExecutionView | undefined> {
  if (id === null) return undefined;
  const row = await db
    .selectFrom('executions')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  const [view] = row === undefined ? [] : await withTexts(db, [row]);
  return view;
}
