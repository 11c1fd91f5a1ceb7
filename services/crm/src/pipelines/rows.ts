import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import type { CrmOpportunityPipelineSchema } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import type { Caller } from '@drippulse/rpc';
import { type LockRevision, lockRevision } from '@drippulse/writes';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DB, OpportunityPipelineStages, OpportunityPipelines } from '../db/schema.ts';
import { isUuid } from '../records/ids.ts';
import { stageTypes } from './stage-types.ts';

export type StageRow = Selectable<OpportunityPipelineStages>;
export type PipelineRow = Selectable<OpportunityPipelines>;

export function selectPipelines(db: Kysely<DB>, organizationId: bigint) {
  return db
    .selectFrom('opportunity_pipelines')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null);
}

export function selectStages(db: Kysely<DB>, organizationId: bigint) {
  return db
    .selectFrom('opportunity_pipeline_stages')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .orderBy('position');
}

/** Finds a pipeline of the organization, of any owner. */
export async function findPipeline(db: Kysely<DB>, organizationId: bigint, id: string): Promise<PipelineRow> {
  const query = selectPipelines(db, organizationId).where('id', '=', id);
  const row = isUuid(id) ? await query.executeTakeFirst() : undefined;
  if (row === undefined) throw pipelineNotFound();
  return row;
}

/**
 * Finds a pipeline of the organization with a shared lock, so that the pipeline is not deleted and keeps its stages
 * until the transaction ends.
 */
export async function sharePipeline(trx: Transaction<DB>, organizationId: bigint, id: string): Promise<PipelineRow> {
  const query = selectPipelines(trx, organizationId).where('id', '=', id).forShare();
  const row = isUuid(id) ? await query.executeTakeFirst() : undefined;
  if (row === undefined) throw pipelineNotFound();
  return row;
}

/** Locks a pipeline of any owner, for `If-Match`. */
export const lockPipelineRevision: LockRevision<DB> = async (trx, caller, id) => {
  if (!isUuid(String(id))) return undefined;
  return lockRevision<DB>('opportunity_pipelines')(trx, caller, id);
};

/** Locks a pipeline of the caller. */
export async function lockOwnPipeline(trx: Transaction<DB>, caller: Caller, id: string): Promise<PipelineRow> {
  const query = selectPipelines(trx, caller.organizationId).where('id', '=', id).forUpdate();
  const row = isUuid(id) ? await query.executeTakeFirst() : undefined;
  if (row === undefined) throw pipelineNotFound();
  if (row.user_id !== BigInt(caller.actor.id)) {
    throw new DomainError('permission_denied', 'not_pipeline_owner', 'This pipeline does not belong to you.');
  }
  return row;
}

export function pipelineToProto(
  row: PipelineRow,
  stages: readonly StageRow[],
): MessageInitShape<typeof CrmOpportunityPipelineSchema> {
  return {
    id: row.id,
    name: row.name,
    userId: row.user_id ?? undefined,
    isDefault: row.user_id === null,
    stages: stages.map((stage) => ({
      id: stage.id,
      name: stage.name,
      stageType: stageTypes.numberOf(stage.stage_type),
      position: stage.position,
    })),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}

function pipelineNotFound(): DomainError {
  return new DomainError('not_found', 'pipeline_not_found', 'There is no pipeline with this id.');
}
