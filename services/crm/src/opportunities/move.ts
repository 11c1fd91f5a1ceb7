import type { UpdateCrmOpportunityRequest } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Values } from '../records/collection.ts';
import type { OpportunityRow } from './opportunity.ts';
import { findStage, placeAtEnd } from './place.ts';

type Request = UpdateCrmOpportunityRequest;

/** Returns the columns of a PATCH that moves an opportunity; empty if the stage stays the same. */
export async function readMove(
  ctx: Context,
  trx: Transaction<DB>,
  request: Request,
  before: OpportunityRow,
): Promise<Values> {
  const present = new Set(request.updateMask?.paths);
  if (!present.has('pipeline_id') && !present.has('pipeline_stage_id')) return {};
  const { pipelineId, pipelineStageId } = request;
  if (pipelineStageId === undefined && (pipelineId ?? before.pipeline_id) === before.pipeline_id) return {};
  const stage = await findStage(ctx, trx, before.organization_id, { pipelineId, pipelineStageId });
  return stage.id === before.pipeline_stage_id ? {} : placeAtEnd(ctx, trx, stage);
}
