import type { JsonObject, JsonValue } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { OpportunityRow } from '../opportunities/opportunity.ts';
import { placeAtEnd, placeIn } from '../opportunities/place.ts';
import { ensureDefaultPipeline } from '../pipelines/default-pipeline.ts';
import { type StageRow, selectStages } from '../pipelines/rows.ts';
import type { Values } from '../records/collection.ts';
import { isUuid } from '../records/ids.ts';

/**
 * Where an opportunity of a bundle stands. A stage that is unknown here moves none that is here already; a new one comes
 * to stand in the first stage of the default pipeline that has the type of its status.
 */
export async function placeOf(
  ctx: Context,
  trx: Transaction<DB>,
  row: JsonObject,
  before: OpportunityRow | undefined,
  organizationId: bigint,
): Promise<Values> {
  const named = await findNamed(trx, organizationId, row['pipeline_stage_id']);
  if (before !== undefined && (named === undefined || named.id === before.pipeline_stage_id)) {
    return positionOf(row);
  }
  const stage = named ?? (await findLike(ctx, trx, organizationId, row['status']));
  const position = positionOf(row);
  return 'stage_position' in position ? { ...placeIn(ctx, stage), ...position } : placeAtEnd(ctx, trx, stage);
}

function positionOf(row: JsonObject): Values {
  const position = row['stage_position'];
  return typeof position === 'number' && Number.isSafeInteger(position) ? { stage_position: BigInt(position) } : {};
}

async function findNamed(
  trx: Transaction<DB>,
  organizationId: bigint,
  id: JsonValue | undefined,
): Promise<StageRow | undefined> {
  if (typeof id !== 'string' || !isUuid(id)) return undefined;
  return selectStages(trx, organizationId).where('id', '=', id).forShare().executeTakeFirst();
}

async function findLike(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  status: JsonValue | undefined,
): Promise<StageRow> {
  const pipeline = await ensureDefaultPipeline(ctx, trx, organizationId);
  const wanted = status === 'won' || status === 'lost' ? status : 'open';
  return selectStages(trx, organizationId)
    .where('pipeline_id', '=', pipeline.id)
    .where('stage_type', '=', wanted)
    .limit(1)
    .forShare()
    .executeTakeFirstOrThrow();
}
