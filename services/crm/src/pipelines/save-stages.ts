import { DomainError, type Violation } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { isStanding } from './occupied.ts';
import { type PipelineRow, type StageRow, selectStages } from './rows.ts';
import type { StageInput } from './rules.ts';
import { stageTypes } from './stage-types.ts';

/**
 * Replaces the stages of a pipeline with the stages of a request. The stages are locked, so that no opportunity enters
 * a stage that is deleted or whose type changes.
 */
export async function saveStages(
  ctx: Context,
  trx: Transaction<DB>,
  pipeline: PipelineRow,
  wanted: readonly StageInput[],
): Promise<void> {
  const former = await selectStages(trx, pipeline.organization_id)
    .where('pipeline_id', '=', pipeline.id)
    .forUpdate()
    .execute();
  const kept = new Set(wanted.map(({ id }) => id));
  for (const stage of former.filter(({ id }) => !kept.has(id))) await removeStage(ctx, trx, stage);
  for (const [position, input] of wanted.entries()) {
    const before = former.find(({ id }) => id === input.id);
    if (input.id !== undefined && before === undefined) throw unknownStage(position);
    await saveStage(trx, pipeline, before, { ...input, position });
  }
}

async function removeStage(ctx: Context, trx: Transaction<DB>, stage: StageRow): Promise<void> {
  if (await isStanding(trx, 'pipeline_stage_id', stage.id)) throw stageNotEmpty(stage);
  await trx
    .updateTable('opportunity_pipeline_stages')
    .set({ deleted_at: ctx.clock.now() })
    .where('organization_id', '=', stage.organization_id)
    .where('id', '=', stage.id)
    .execute();
}

async function saveStage(
  trx: Transaction<DB>,
  pipeline: PipelineRow,
  before: StageRow | undefined,
  { name = '', stageType, position }: StageInput & { position: number },
): Promise<void> {
  const stage_type = stageTypes.textOf(stageType) ?? before?.stage_type ?? 'open';
  if (before === undefined) {
    const { id: pipeline_id, organization_id } = pipeline;
    await trx
      .insertInto('opportunity_pipeline_stages')
      .values({ id: uuidv7(), organization_id, pipeline_id, name, stage_type, position })
      .execute();
    return;
  }
  // The status of an opportunity is the type of its stage, so a stage with opportunities keeps its type.
  if (stage_type !== before.stage_type && (await isStanding(trx, 'pipeline_stage_id', before.id))) {
    throw stageNotEmpty(before);
  }
  await trx
    .updateTable('opportunity_pipeline_stages')
    .set({ name, stage_type, position })
    .where('organization_id', '=', before.organization_id)
    .where('id', '=', before.id)
    .execute();
}

function stageNotEmpty({ name }: StageRow): DomainError {
  const message = `Opportunities stand in ${name}: it can neither be removed nor change its type.`;
  const violations: Violation[] = [{ field: 'stages', message, code: 'not_allowed' }];
  return new DomainError('failed_precondition', 'stage_not_empty', message, { violations });
}

function unknownStage(index: number): DomainError {
  const violations: Violation[] = [
    { field: `stages.${index}.id`, message: 'is not a stage of this pipeline', code: 'not_found' },
  ];
  return new DomainError('invalid', 'validation_failed', `stages.${index}.id is not a stage of this pipeline`, {
    violations,
  });
}
