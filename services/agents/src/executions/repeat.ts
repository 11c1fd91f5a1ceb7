import { DomainError } from '@drippulse/errors';
import { type Kysely, sql } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type Asked, fingerprintOf, keyHashOf, type Started } from './asked.ts';
import { mayRepeat } from './may-repeat.ts';
import { type ExecutionView, lockExecution, selectExecutions, withTexts } from './rows.ts';
import { takeRate } from './take-rate.ts';

/** Finds the execution of a key; undefined if the key has none. Refuses a key that was used with a different input. */
export async function findByKey(db: Kysely<DB>, asked: Asked): Promise<ExecutionView | undefined> {
  const keyHash = keyHashOf(asked);
  if (keyHash === null) return undefined;
  const place = { organizationId: asked.caller.organizationId, agentId: asked.agentId };
  const row = await selectExecutions(db, place).selectAll().where('key_hash', '=', keyHash).executeTakeFirst();
  if (row === undefined) return undefined;
  if (!row.fingerprint.equals(fingerprintOf(asked))) {
    const message = 'The key was used for a different input of this agent.';
    throw new DomainError('failed_precondition', 'idempotency_key_reused', message);
  }
  const [view] = await withTexts(db, [row]);
  return view;
}

/**
 * Starts a new attempt of an execution that failed transiently. Id, key and request bytes stay the same, so that
 * nothing is done twice. Returns undefined if the execution is not repeated.
 */
export async function restart(
  ctx: Context,
  definition: AgentDefinition,
  { id, organization_id: organizationId, status, error_code, input }: ExecutionView,
): Promise<Started | undefined> {
  if (!mayRepeat({ status, error_code }) || definition.agent.status !== 'active') return undefined;
  // The request bytes were removed together with the input.
  if (input === null) return undefined;
  const view = await ctx.db.kysely.transaction().execute(async (trx) => {
    const row = await lockExecution(trx, { organizationId, id });
    // A concurrent request has already restarted the execution.
    if (row === undefined || row.status !== 'failed') return undefined;
    await takeRate(trx, definition);
    await sql`
      delete from execution_steps where created_at = ${row.created_at} and execution_id = ${id} and kind = 'final'`.execute(
      trx,
    );
    await sql`
      update execution_steps set status = 'intent', result = null, ended_at = null,
        former_attempts = case when ${row.work} = 'llm' then attempts else 0 end,
        attempts = case when ${row.work} = 'llm' then attempts else 0 end
      where created_at = ${row.created_at} and execution_id = ${id} and (${row.work} <> 'llm' or status = 'intent')`.execute(
      trx,
    );
    const { rows } = await sql<ExecutionView>`
      update executions set status = 'queued', error_code = null, error_message = null, finished_at = null, started_at = null,
        sequence = sequence + 1, fence = fence + 1, wake_at = clock_timestamp(),
        deadline_at = clock_timestamp() + make_interval(secs => ${definition.bounds.timeoutSeconds})
      where id = ${id} returning *`.execute(trx);
    await sql`
      insert into agent_logs (at, organization_id, agent_id, execution_id, level, message)
      values (clock_timestamp(), ${organizationId}, ${row.agent_id}, ${id}, 'info', 'Started again by its key')`.execute(
      trx,
    );
    return rows[0];
  });
  if (view === undefined) return undefined;
  ctx.wake.executions();
  const [whole] = await withTexts(ctx.db.kysely, [view]);
  return whole && { view: whole, replayed: true };
}
