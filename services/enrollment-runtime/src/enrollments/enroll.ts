import type { Definition } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Lane } from '../lanes/lane.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { stepIdAt } from '../runs/step-at.ts';
import type { NewEnrollment } from './contact.ts';
import { addCounts } from './counters.ts';
import { type Identity, type Mode, noDeliveries } from './enrollment-row.ts';
import { appendNews } from './events.ts';
import { insertSlice } from './insert.ts';
import { toProto } from './to-proto.ts';

/** Rows of one statement: small enough that nobody else's request waits for this one. */
const sliceRows = 500;

/**
 * Enrolls contacts in the lane, which the transaction has locked, and answers their ids in the order given. After the
 * commit wake the relay and the advance loop.
 */
export async function enroll(
  ctx: Context,
  trx: Transaction<DB>,
  options: {
    lane: Lane;
    mode: Mode;
    /** Of what the enrollments are started by; 0 unless a workflow did it. */
    hops?: number;
    timezone: string;
    agentId: bigint | null;
    contacts: readonly NewEnrollment[];
  },
): Promise<bigint[]> {
  const { lane, mode, hops = 0, timezone, agentId, contacts } = options;
  const { workflowId, organizationId, version } = lane;
  const definition = await ctx.definitions.get(workflowId, version);
  const createdAt = await startTime(ctx, trx);
  const entry = { organizationId, workflowId, version, mode, hops, timezone, agentId, createdAt };
  const ids: bigint[] = [];
  for (let start = 0; start < contacts.length; start += sliceRows) {
    const identities = await insertSlice(trx, entry, contacts.slice(start, start + sliceRows));
    await appendNews(
      trx,
      identities.map((identity) => startedNews(identity, definition)),
    );
    ids.push(...identities.map((identity) => identity.id));
  }
  await wakeLanes(trx, [{ workflowId, at: createdAt }]);
  const stepId = stepIdAt(definition, 0);
  await addCounts(trx, [{ workflowId, version, stepId, mode, counted: 'active', by: ids.length }]);
  ctx.metrics.contactsEnrolled(ids.length);
  return ids;
}

async function startTime(ctx: Context, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell its time');
  return row.now;
}

function startedNews(identity: Identity, definition: Definition) {
  const { createdAt } = identity;
  const row = {
    ...identity,
    status: 'active' as const,
    stepIndex: 0,
    nextRunAt: createdAt,
    updatedAt: createdAt,
    endedAt: null,
    lastLine: null,
    lastError: null,
    deliveries: noDeliveries,
  };
  return {
    organizationId: identity.organizationId,
    enrollmentId: identity.id,
    payload: { case: 'started' as const, value: toProto(row, definition, createdAt) },
  };
}
