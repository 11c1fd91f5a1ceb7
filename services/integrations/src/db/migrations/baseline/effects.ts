import { createPartitions } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/**
 * Creates the table of the effects of steps. Each effect happens only once: its row is committed before anything is
 * sent, and its result before the runtime gets the result. `planned_at` is part of the key, because every repeat has
 * the same `planned_at`. `status` is `sending` while a process works on the effect, and `waiting` between tries. A
 * result is accepted only if it has the fence of the row. `may_have_happened` means that an earlier try ended without
 * an answer. `result` can be opened only with the request, which only the runtime keeps, so no row names a person.
 */
export async function createEffects(db: Kysely<unknown>): Promise<void> {
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
