import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import { CrmMergeRecordTypeSchema, type CrmMergeSchema } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { enumTexts } from '../enum-texts.ts';
import { timestampOf } from '../records/values.ts';

/** Number of days within which a merge can be undone; afterwards its undo data is deleted. */
export const undoDays = 30;

export const mergeRecordTypes = enumTexts(CrmMergeRecordTypeSchema);

export type MergeRow = {
  id: bigint;
  organization_id: bigint;
  record_type: string;
  survivor_id: string;
  survivor_public_id: string;
  merged_ids: string[];
  merged_public_ids: string[];
  moved_links: bigint;
  actor_type: string;
  actor_id: string;
  created_at: Date;
  undone_at: Date | null;
  /** Null if the merge cannot be undone. */
  undo_until: Date | null;
};

/** Columns of a merge without its undo data. */
export const mergeColumns = sql`
  id, organization_id, record_type, survivor_id, survivor_public_id, merged_ids, merged_public_ids, moved_links,
  actor_type, actor_id, created_at, undone_at,
  case when undo is not null and created_at > now() - ${undoDays} * interval '1 day'
    then created_at + ${undoDays} * interval '1 day' end as undo_until`;

export async function findMerge(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<MergeRow> {
  const { rows } = await sql<MergeRow>`
    select ${mergeColumns} from merges where organization_id = ${organizationId} and id = ${id}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw mergeNotFound();
  return row;
}

export function mergeNotFound(): DomainError {
  return new DomainError('not_found', 'merge_not_found', 'There is no merge with this id.');
}

export function mergeToProto(row: MergeRow): MessageInitShape<typeof CrmMergeSchema> {
  return {
    id: row.id,
    recordType: mergeRecordTypes.numberOf(row.record_type),
    survivorId: row.survivor_id,
    survivorPublicId: row.survivor_public_id,
    mergedIds: row.merged_ids,
    mergedPublicIds: row.merged_public_ids,
    movedLinks: row.moved_links,
    actorType: row.actor_type,
    actorId: row.actor_id,
    createdAt: timestampFromDate(row.created_at),
    undoUntil: timestampOf(row.undo_until),
    undoneAt: timestampOf(row.undone_at),
  };
}
