import type { JsonObject } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { OpportunityRow } from '../opportunities/opportunity.ts';
import { placeAtEnd, placeIn } from '../opportunities/place.ts';
import { stageGap } from '../opportunities/positions.ts';
import { ensureDefaultPipeline } from '../pipelines/default-pipeline.ts';
import { type StageRow, selectStages } from '../pipelines/rows.ts';
import type { Values } from '../records/collection.ts';
import { isUuid } from '../records/ids.ts';
import type { Write } from '../records/write.ts';
import type { Placed } from './write-rows.ts';

/**
 * Finds the stages and positions of a batch of opportunities. An unknown stage does not move an existing opportunity; a
 * new opportunity goes to the first stage of the default pipeline that has the type of the opportunity's status.
 */
export async function placesOf(
  { ctx, trx, author: { organizationId } }: Write,
  rows: readonly Placed<OpportunityRow>[],
): Promise<Values[]> {
  const named = await findNamed(trx, organizationId, rows);
  const stageOf = ({ fields }: Placed<OpportunityRow>) => named.get(stageIdOf(fields) ?? '');
  const isStaying = (row: Placed<OpportunityRow>) => {
    const stage = stageOf(row);
    return row.before !== undefined && (stage === undefined || stage.id === row.before.pipeline_stage_id);
  };
  const isHomeless = rows.some((row) => stageOf(row) === undefined && row.before === undefined);
  const defaults = isHomeless ? await findDefaults(ctx, trx, organizationId) : [];
  const ends = new Map<string, bigint>();
  const places: Values[] = [];
  for (const row of rows) {
    const position = positionOf(row.fields);
    const stage = isStaying(row) ? undefined : (stageOf(row) ?? stageLike(defaults, row.fields));
    if (stage === undefined) places.push(position);
    else if ('stage_position' in position) places.push({ ...placeIn(ctx, stage), ...position });
    else places.push({ ...placeIn(ctx, stage), stage_position: await nextEnd(ctx, trx, ends, stage) });
  }
  return places;
}

/**
 * Returns the next position at the end of a stage. The table is read once per stage, because the batch has not written
 * its own rows yet.
 */
async function nextEnd(ctx: Context, trx: Transaction<DB>, ends: Map<string, bigint>, stage: StageRow) {
  const last = ends.get(stage.id);
  const next = last === undefined ? (await placeAtEnd(ctx, trx, stage)).stage_position : last + stageGap;
  ends.set(stage.id, next);
  return next;
}

function positionOf(fields: JsonObject): Values {
  const position = fields['stage_position'];
  return typeof position === 'number' && Number.isSafeInteger(position) ? { stage_position: BigInt(position) } : {};
}

function stageIdOf(fields: JsonObject): string | undefined {
  const id = fields['pipeline_stage_id'];
  return typeof id === 'string' && isUuid(id) ? id.toLowerCase() : undefined;
}

async function findNamed(
  trx: Transaction<DB>,
  organizationId: bigint,
  rows: readonly Placed<OpportunityRow>[],
): Promise<Map<string, StageRow>> {
  const ids = [...new Set(rows.flatMap(({ fields }) => stageIdOf(fields) ?? []))];
  if (ids.length === 0) return new Map();
  const stages = await selectStages(trx, organizationId).where('id', 'in', ids).forShare().execute();
  return new Map(stages.map((stage) => [stage.id, stage]));
}

async function findDefaults(ctx: Context, trx: Transaction<DB>, organizationId: bigint): Promise<StageRow[]> {
  const pipeline = await ensureDefaultPipeline(ctx, trx, organizationId);
  return selectStages(trx, organizationId).where('pipeline_id', '=', pipeline.id).forShare().execute();
}

function stageLike(stages: readonly StageRow[], { status }: JsonObject): StageRow | undefined {
  const wanted = status === 'won' || status === 'lost' ? status : 'open';
  return stages.find((stage) => stage.stage_type === wanted);
}
