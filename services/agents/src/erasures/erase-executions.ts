import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { appendEvents } from '@drippulse/events';
import { eraseAnswers } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import { agentsTopic } from '../agents/events.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { finishExecution } from '../executions/finish.ts';
import { afterEnd } from '../executions/record-ends.ts';
import { type ExecutionView, isActive } from '../executions/rows.ts';

/** Maximum number of executions in one transaction. */
const sliceRows = 200;

/** Identifies the executions of a person. */
export type Person = {
  /** Enrollments of the person, which requested executions or were started by executions. */
  enrollmentIds: readonly bigint[];
  /** Record ids, and email addresses in lower case. */
  names: readonly string[];
};

type Found = { id: bigint; created_at: Date; status: string; sequence: bigint };

/**
 * Removes a person from a slice of executions, and ends the active executions of the slice. Returns whether there may
 * be more executions. Erased executions are marked, so a repeat finds only newer executions.
 */
export async function eraseExecutions(ctx: Context, organizationId: bigint, person: Person): Promise<boolean> {
  const ended: ExecutionView[] = [];
  // The time is read before active executions are ended. The events that announce these ends have a later time, so
  // other services keep them, and they contain nothing of the person.
  const erasedAt = ctx.clock.now();
  const count = await ctx.db.kysely.transaction().execute(async (trx) => {
    const found = await findSlice(trx, organizationId, person);
    for (const { id } of found.filter(isActive)) {
      // The execution is blanked before it ends, so that the event of its end contains nothing of the person.
      await blank(trx, organizationId, [id]);
      const ending = { status: 'failed' as const, code: 'erased', message: 'A person of the input was erased.' };
      const view = await finishExecution(ctx, trx, { organizationId, id }, ending);
      if (view !== undefined) ended.push(view);
    }
    await blank(
      trx,
      organizationId,
      found.map(({ id }) => id),
    );
    await announce(trx, { organizationId, erasedAt }, found);
    return found.length;
  });
  for (const view of ended) afterEnd(ctx, view);
  if (count > 0) ctx.relay.wake();
  return count === sliceRows;
}

async function findSlice(
  trx: Transaction<DB>,
  organizationId: bigint,
  { enrollmentIds, names }: Person,
): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select id, created_at, status, sequence from executions
    where organization_id = ${organizationId} and erased_at is null and id in (
      select id from executions where organization_id = ${organizationId} and enrollment_id = any(${enrollmentIds}::bigint[])
      union
      select id from executions where organization_id = ${organizationId} and source_enrollment_id = any(${enrollmentIds}::bigint[])
      union
      select execution_id from execution_texts where organization_id = ${organizationId} and people && ${names}::text[])
    order by id limit ${sliceRows} for update`.execute(trx);
  return rows;
}

/**
 * Removes a person's data from executions. Keys may contain email addresses, so only the hash of each key stays. A
 * later request with the key starts nothing.
 */
async function blank(trx: Transaction<DB>, organizationId: bigint, ids: readonly bigint[]): Promise<void> {
  if (ids.length === 0) return;
  const own = sql`select created_at, id from executions where organization_id = ${organizationId} and id = any(${ids}::bigint[])`;
  await sql`
    update execution_texts set input = '{}', output = null, configuration = '{}', people = '{}'
    where (created_at, execution_id) in (${own})`.execute(trx);
  await sql`
    update execution_steps set request = null, result = null, decision = null where (created_at, execution_id) in (${own})`.execute(
    trx,
  );
  await sql`
    delete from eval_cases where organization_id = ${organizationId} and execution_id = any(${ids}::bigint[])`.execute(
    trx,
  );
  await sql`
    update executions set erased_at = clock_timestamp(), error_message = null, idempotency_key = null, correlation_id = null
    where organization_id = ${organizationId} and id = any(${ids}::bigint[])`.execute(trx);
}

/** Announces erased executions to the services that have copies of them. */
async function announce(
  trx: Transaction<DB>,
  { organizationId, erasedAt }: { organizationId: bigint; erasedAt: Date },
  found: readonly Found[],
): Promise<void> {
  await appendEvents(
    trx,
    agentsTopic,
    found.map(({ id, sequence }) => ({
      organizationId,
      sequence: sequence + 1n,
      aggregate: `agent_execution:${id}`,
      payload: { case: 'executionErased' as const, value: { id, erasedAt: timestampFromDate(erasedAt) } },
    })),
  );
  // Stored answers to cancels and replays contain data of the execution, and stored answers to requests for new cases
  // contain its input. The organization has few such answers, so all of them are erased.
  if (found.length > 0) {
    const rpcs = ['%CancelAgentExecution', '%ReplayAgentExecution', '%CreateAgentEvalCase'];
    await eraseAnswers(trx, organizationId, sql`rpc like any(${rpcs}::text[])`);
  }
}
