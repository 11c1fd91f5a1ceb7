import { DomainError } from '@drippulse/errors';
import { appendEvents, topicOf } from '@drippulse/events';
import { ChainCutReason } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { ChainKey } from './count-in-chains.ts';

/**
 * The refusal of an enrollment or event by a limit of its chain, and the workflow that the refusal concerns, if known.
 */
export type Cut = ChainKey & { reason: 'budget' | 'depth'; workflowId?: bigint };

const topic = topicOf(EnrollmentEventSchema);

/** Counts refusals in the metrics. The first committed refusal of a chain also logs the cut and publishes an event. */
export async function reportCuts(ctx: Context, trx: Transaction<DB>, cuts: readonly Cut[]): Promise<void> {
  for (const { reason } of cuts) ctx.metrics.chainCut(reason);
  const chains = new Map(cuts.map((cut) => [`${cut.organizationId} ${cut.cause}`, cut]));
  if (chains.size === 0) return;
  const { rows } = await sql<{ organization_id: bigint; cause: string }>`
    insert into chains as chain (organization_id, cause, reported_at)
    select organization_id, cause, now() from unnest(
      ${[...chains.values()].map(({ organizationId }) => organizationId)}::bigint[],
      ${[...chains.values()].map(({ cause }) => cause)}::text[]) as cut (organization_id, cause)
    order by organization_id, cause
    on conflict (organization_id, cause) do update set reported_at = excluded.reported_at
      where chain.reported_at is null
    returning organization_id, cause`.execute(trx);
  const fresh = rows.flatMap((row) => chains.get(`${row.organization_id} ${row.cause}`) ?? []);
  for (const { organizationId, cause, reason, workflowId } of fresh) {
    const facts = { organization: String(organizationId), cause, reason, budget: ctx.config.chainBudget };
    ctx.log.warn({ ...facts, workflow_id: String(workflowId ?? '') }, 'a chain of workflows was cut');
  }
  await appendEvents(
    trx,
    topic,
    fresh.map((cut) => eventOf(ctx, cut)),
  );
}

/**
 * Builds the event of a cut. The event belongs to the cut chain itself, so workflows that listen to the event cannot
 * continue the chain beyond its budget.
 */
function eventOf({ config }: Context, { organizationId, cause, reason, workflowId }: Cut) {
  const value = {
    cause,
    reason: reason === 'budget' ? ChainCutReason.BUDGET : ChainCutReason.DEPTH,
    budget: BigInt(config.chainBudget),
    ...(workflowId !== undefined && { workflowId }),
  };
  return {
    organizationId,
    cause,
    sequence: 1n,
    aggregate: `chain:${cause}`,
    payload: { case: 'chainCut' as const, value },
  };
}

/**
 * Runs a transaction that continues a chain. If the budget refuses it, everything is rolled back, and a separate
 * transaction reports the refusal before the caller gets it.
 */
export async function reportingCuts<T>(ctx: Context, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ChainCut) {
      await ctx.db.kysely.transaction().execute((trx) => reportCuts(ctx, trx, [error.cut]));
      ctx.relay.wake();
    }
    throw error;
  }
}

/** The refusal of a request that continues a chain beyond its budget. A repeated request would be refused too. */
export class ChainCut extends DomainError {
  readonly cut: Cut;

  constructor(cut: Omit<Cut, 'reason'>, budget: number) {
    const most = budget.toLocaleString('en');
    super(
      'failed_precondition',
      'chain_cut',
      `The request continues a chain of workflows that has led to ${most} enrollments and records: nothing more starts.`,
    );
    this.cut = { ...cut, reason: 'budget' };
  }
}
