import { DomainError, type Violation } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { ensureDefaultPipeline } from '../pipelines/default-pipeline.ts';
import { findPipeline, type StageRow, selectStages, sharePipeline } from '../pipelines/rows.ts';
import { isUuid } from '../records/ids.ts';
import { stageGap } from './positions.ts';

/** Pipeline and stage that a request names. */
export type Wanted = { pipelineId?: string; pipelineStageId?: string };

/**
 * Finds the stage: the given stage, else the first stage of the given pipeline, else the first stage of the default
 * pipeline.
 */
export async function findStage(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  { pipelineId, pipelineStageId }: Wanted,
): Promise<StageRow> {
  if (pipelineStageId !== undefined) {
    const stage = await findStageById(trx, organizationId, pipelineStageId);
    if (pipelineId === undefined) return stage;
    const pipeline = await findPipeline(trx, organizationId, pipelineId);
    if (pipeline.id === stage.pipeline_id) return stage;
    const violations: Violation[] = [
      { field: 'pipeline_stage_id', message: 'is not a stage of this pipeline', code: 'not_found' },
    ];
    throw new DomainError('invalid', 'validation_failed', 'pipeline_stage_id is not a stage of this pipeline', {
      violations,
    });
  }
  const pipeline =
    pipelineId === undefined
      ? await ensureDefaultPipeline(ctx, trx, organizationId)
      : await sharePipeline(trx, organizationId, pipelineId);
  return selectStages(trx, organizationId)
    .where('pipeline_id', '=', pipeline.id)
    .limit(1)
    .forShare()
    .executeTakeFirstOrThrow();
}

/**
 * Finds a stage with a shared lock, so that the stage is not deleted and keeps its type until the opportunity is
 * written.
 */
async function findStageById(trx: Transaction<DB>, organizationId: bigint, id: string): Promise<StageRow> {
  const query = selectStages(trx, organizationId).where('id', '=', id).forShare();
  const stage = isUuid(id) ? await query.executeTakeFirst() : undefined;
  if (stage === undefined) throw stageNotFound();
  return stage;
}

/** Returns the columns that place an opportunity at the end of a stage. */
export async function placeAtEnd(ctx: Context, trx: Transaction<DB>, stage: StageRow) {
  const { last } = await trx
    .selectFrom('opportunities')
    .select((eb) => eb.fn.max('stage_position').as('last'))
    .where('pipeline_stage_id', '=', stage.id)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { ...placeIn(ctx, stage), stage_position: BigInt(last ?? 0) + stageGap };
}

/**
 * Returns the columns of an opportunity that enters the stage now, except its position. The status is the type of the
 * stage.
 */
export function placeIn(ctx: Context, stage: StageRow) {
  return {
    pipeline_id: stage.pipeline_id,
    pipeline_stage_id: stage.id,
    status: stage.stage_type,
    closed_at: stage.stage_type === 'open' ? null : ctx.clock.now(),
  };
}

export function stageNotFound(): DomainError {
  return new DomainError('not_found', 'pipeline_stage_not_found', 'There is no pipeline stage with this id.');
}
