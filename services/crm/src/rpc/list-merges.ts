import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListCrmMergesRequest } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { callerOf } from '@drippulse/rpc';
import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { type MergeRow, mergeColumns, mergeRecordTypes, mergeToProto } from '../merges/merge.ts';
import { hasId } from '../records/ids.ts';

export async function listCrmMerges(ctx: Context, request: ListCrmMergesRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const { organizationId } = callerOf(call);
  const all = kysely.selectFrom('merges').where('organization_id', '=', organizationId);
  const filters = await rowConditions(kysely, all, request);
  const matching = sql<boolean>`${matches(organizationId, request)} and ${filters}`;
  const { rows, paging } = await readList(request, {
    async rows({ beforeId, limit, offset }) {
      const { rows: found } = await sql<MergeRow>`
        select ${mergeColumns} from merges where ${matching} and id < ${beforeId}
        order by id desc offset ${offset} limit ${limit}`.execute(kysely);
      return found;
    },
    count: () => countUpTo(kysely, kysely.selectFrom('merges').select('id').where(matching)),
  });
  return { merges: await convertInTurns(rows, mergeToProto, call.signal), ...paging };
}

function matches(organizationId: bigint, { recordType, recordId }: ListCrmMergesRequest): RawBuilder<boolean> {
  const type = recordType === undefined ? undefined : mergeRecordTypes.textOf(recordType);
  return sql<boolean>`organization_id = ${organizationId}
    ${type === undefined ? sql`` : sql`and record_type = ${type}`}
    ${recordId === undefined ? sql`` : sql`and ${takesPart(organizationId, recordId)}`}`;
}

/**
 * Returns the condition that a merge involves this record. It is a union of two index scans, because one condition over
 * both columns would read all merges of the organization.
 */
function takesPart(organizationId: bigint, id: string): RawBuilder<boolean> {
  const record = sql`(
    select contacts.id from contacts where organization_id = ${organizationId} and ${hasId('contact', id)}
    union all
    select leads.id from leads where organization_id = ${organizationId} and ${hasId('lead', id)}
    limit 1
  )`;
  return sql<boolean>`id in (
    select id from merges where organization_id = ${organizationId} and survivor_id = ${record}
    union
    select id from merges where organization_id = ${organizationId} and merged_ids @> array[${record}]
  )`;
}
