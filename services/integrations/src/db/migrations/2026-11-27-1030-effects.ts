import { createPartitions } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/**
 * Effects of steps, so that each happens once: a row is committed before anything is sent, and its result before the runtime hears of it.
 * `planned_at` is part of the key because it is the same on every repeat. `status` is `sending` while a process is at it, whose result
 * counts by `fence`, and `waiting` when nobody is. `may_have_happened` says that a try before ended without an answer. `result` opens only
 * with the request, which the runtime keeps: no row names a person.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table effects (
      organization_id bigint not null,
      effect_key text not null,
      planned_at timestamptz not null,
      attempt integer not null,
      kind text not null,
      workflow_id bigint not null,
      enrollment_id bigint not null,
      status text not null check (status in ('sending', 'waiting', 'succeeded', 'skipped', 'failed')),
      retryable boolean not null default false,
      may_have_happened boolean not null default false,
      fence integer not null default 1,
      lease_until timestamptz,
      result bytea,
      ended_at timestamptz,
      primary key (organization_id, effect_key, planned_at)
    ) partition by range (planned_at)`.execute(db);
  await createPartitions(db, 'effects', new Date(), 'month');
}
