import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  CrmOpportunitiesService,
  type ReorderCrmOpportunitiesRequest,
} from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type OpportunityRow, opportunities, opportunityToProto } from '../opportunities/opportunity.ts';
import { placeIn, stageNotFound } from '../opportunities/place.ts';
import { mergeOrder, newPositions } from '../opportunities/positions.ts';
import { type StageRow, selectStages } from '../pipelines/rows.ts';
import { commit } from '../records/commit.ts';
import { isUuid } from '../records/ids.ts';
import { findRecord, lockRecord, selectRecords } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import type { Write } from '../records/write.ts';

const { reorderCrmOpportunities: method } = CrmOpportunitiesService.method;

const maxIds = 1000;

/**
 * Reorders a stage. The stage is locked, so that if two users drag at the same time, the second reorders the result of
 * the first.
 */
export async function reorderCrmOpportunities(
  ctx: Context,
  request: ReorderCrmOpportunitiesRequest,
  call: HandlerContext,
) {
  if (request.orderedIds.length > maxIds) {
    refuseViolations([{ field: 'ordered_ids', message: `must be at most ${maxIds}`, code: 'length' }]);
  }
  return commit(ctx, call, method, request, async (write) => {
    const { trx, author } = write;
    const { organizationId } = author;
    const stage = await lockStage(trx, organizationId, request.pipelineStageId ?? '');
    const named: OpportunityRow[] = [];
    for (const id of request.orderedIds) named.push(await findRecord(trx, opportunities, organizationId, id));
    if (new Set(named.map((row) => row.id)).size < named.length) {
      refuseViolations([{ field: 'ordered_ids', message: 'must name each opportunity once', code: 'duplicate' }]);
    }
    const moved = await writeOrder(write, stage, named);
    return { ...(await answer(trx, stage, named)), movedCount: BigInt(moved) };
  });
}

async function lockStage(trx: Transaction<DB>, organizationId: bigint, id: string): Promise<StageRow> {
  const query = selectStages(trx, organizationId).where('id', '=', id).forUpdate();
  const stage = isUuid(id) ? await query.executeTakeFirst() : undefined;
  if (stage === undefined) throw stageNotFound();
  return stage;
}

async function writeOrder(write: Write, stage: StageRow, named: readonly OpportunityRow[]): Promise<number> {
  const { ctx, trx } = write;
  const standing = await trx
    .selectFrom('opportunities')
    .select(['id', 'stage_position'])
    .where('organization_id', '=', stage.organization_id)
    .where('pipeline_stage_id', '=', stage.id)
    .where('deleted_at', 'is', null)
    .orderBy('stage_position')
    .orderBy('id')
    .execute();
  const positions = new Map(standing.map((row) => [row.id, row.stage_position]));
  const order = mergeOrder(
    standing.map((row) => row.id),
    named.map((row) => row.id),
  );
  const moves = newPositions(order.map((id) => ({ id, position: positions.get(id) })));
  const namedIds = new Set(named.map((row) => row.id));
  for (const [id, position] of moves) {
    const before = namedIds.has(id) ? await lockRecord(write, opportunities, id) : await lockStanding(trx, stage, id);
    if (before === undefined) continue;
    const place = before.pipeline_stage_id === stage.id ? {} : placeIn(ctx, stage);
    await updateRecord(write, opportunities, before, { ...place, stage_position: position });
  }
  return moves.size;
}

/** Locks an opportunity that the request does not name. Undefined if the opportunity has left the stage. */
async function lockStanding(trx: Transaction<DB>, stage: StageRow, id: string): Promise<OpportunityRow | undefined> {
  const condition = sql`organization_id = ${stage.organization_id} and id = ${id}
    and pipeline_stage_id = ${stage.id} and deleted_at is null`;
  const { rows } = await sql<OpportunityRow>`
    ${selectRecords(opportunities, condition)} for update of record`.execute(trx);
  return rows[0];
}

async function answer(trx: Transaction<DB>, stage: StageRow, named: readonly OpportunityRow[]) {
  const rows: OpportunityRow[] = [];
  for (const { id } of named) rows.push(await findRecord(trx, opportunities, stage.organization_id, id));
  return { pipelineStageId: stage.id, opportunities: rows.map(opportunityToProto) };
}
