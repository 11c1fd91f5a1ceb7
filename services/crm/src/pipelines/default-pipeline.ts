import type { Kysely, Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type PipelineRow, selectPipelines } from './rows.ts';

const defaultName = 'Default';

const defaultStages = [
  ['Unassigned', 'open'],
  ['Prospect', 'open'],
  ['Qualification', 'open'],
  ['Proposal', 'open'],
  ['Negotiation', 'open'],
  ['Won', 'won'],
  ['Lost', 'lost'],
] as const;

/** Returns the organization's default pipeline. It is created at the first request. */
export async function ensureDefaultPipeline(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
): Promise<PipelineRow> {
  return (await makeSureOfDefault(ctx, trx, organizationId)).pipeline;
}

/** Returns the organization's default pipeline, and whether this call created it. */
export async function makeSureOfDefault(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
): Promise<{ pipeline: PipelineRow; isNew: boolean }> {
  const found = await findDefault(trx, organizationId);
  return found === undefined ? makeDefault(ctx, trx, organizationId) : { pipeline: found, isNew: false };
}

export function findDefault(db: Kysely<DB>, organizationId: bigint): Promise<PipelineRow | undefined> {
  return selectPipelines(db, organizationId).where('user_id', 'is', null).executeTakeFirst();
}

/**
 * Creates the default pipeline. If two parallel requests create it, the second request waits for the first and finds
 * the pipeline that the first has created.
 */
async function makeDefault(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
): Promise<{ pipeline: PipelineRow; isNew: boolean }> {
  const now = ctx.clock.now();
  const made = await trx
    .insertInto('opportunity_pipelines')
    .values({ id: uuidv7(), organization_id: organizationId, name: defaultName, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('organization_id').where('user_id', 'is', null).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (made === undefined) {
    const pipeline = await selectPipelines(trx, organizationId).where('user_id', 'is', null).executeTakeFirstOrThrow();
    return { pipeline, isNew: false };
  }
  await trx
    .insertInto('opportunity_pipeline_stages')
    .values(
      defaultStages.map(([name, stage_type], position) => ({
        id: uuidv7(),
        organization_id: organizationId,
        pipeline_id: made.id,
        name,
        stage_type,
        position,
      })),
    )
    .execute();
  return { pipeline: made, isNew: true };
}
