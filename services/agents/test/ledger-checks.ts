import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { sql } from 'kysely';
import type { Harness } from './harness.ts';

/** Reads the ledger of an execution: the settlement of each attempt. */
export async function ledgerOf(harness: Harness, executionId: bigint | undefined) {
  const rows = await harness.db.kysely
    .selectFrom('reservations')
    .selectAll()
    .where('execution_id', '=', executionId ?? 0n)
    .orderBy('seq')
    .orderBy('attempt')
    .execute();
  return rows.map((row) => ({
    state: row.state,
    charged: row.charged_pico_usd,
    reserved: row.amount_pico_usd,
    keys: row.keys,
  }));
}

/** Checks that the sums of the same calls are equal in all tables that keep such sums. */
export async function expectSumsEqual(harness: Harness): Promise<void> {
  const { rows } = await sql<{ ledger: bigint; executions: bigint; counts: bigint; days: bigint }>`
    select (select coalesce(sum(charged_pico_usd), 0) from reservations where organization_id = 1)::bigint as ledger,
      (select coalesce(sum(cost_pico_usd), 0) from executions where organization_id = 1)::bigint as executions,
      (select coalesce(sum(cost_pico_usd), 0) from spend_counts where organization_id = 1)::bigint as counts,
      (select coalesce(sum(spent_pico_usd), 0) from spend_windows where key like 'organization:1:day:%')::bigint as days`.execute(
    harness.db.kysely,
  );
  const [row] = rows;
  expect(row).toEqual({ ledger: row?.ledger, executions: row?.ledger, counts: row?.ledger, days: row?.ledger });
}

/**
 * Starts the service in a child process. The process dies at `point` after passing it `passes` times. Without a point
 * it does not die.
 */
export function spawnChild(harness: Pick<Harness, 'config'>, point = '', passes = 0): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL('child-service.ts', import.meta.url))], {
    env: {
      ...process.env,
      ...{ TEST_CONFIG: JSON.stringify(harness.config), TEST_KILL_AT: point, TEST_KILL_PASSES: String(passes) },
    },
    stdio: 'inherit',
  });
}

/**
 * Inserts a queued execution in the state that a request leaves if its process dies. The execution has lost its
 * reservation.
 */
export async function queueModel(harness: Harness, agentId: bigint, input = '{}', policy = '{}'): Promise<bigint> {
  const { kysely } = harness.db;
  const now = new Date();
  const agent = await kysely.selectFrom('agents').selectAll().where('id', '=', agentId).executeTakeFirstOrThrow();
  const made = await kysely
    .insertInto('executions')
    .values({
      ...{
        key: crypto.randomUUID(),
        organization_id: 1n,
        agent_id: agentId,
        mode: 'live',
        kind: 'inference',
        work: 'llm',
      },
      ...{ destination: 'llm', status: 'queued', fingerprint: Buffer.from('x'), actor_type: 'user', actor_id: '1' },
      ...{ created_at: now, wake_at: new Date(0), deadline_at: new Date(now.getTime() + 600_000) },
      ...{ template_id: agent.template_id, template_version: 1 },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const place = { created_at: now, execution_id: made.id, organization_id: 1n };
  await kysely
    .insertInto('execution_texts')
    .values({ ...place, input, configuration: '{}', policy, people: [] })
    .execute();
  await kysely
    .insertInto('execution_steps')
    .values({ ...place, seq: 1, kind: 'model_call', status: 'intent', request: '{}', planned_at: now })
    .execute();
  return made.id;
}
