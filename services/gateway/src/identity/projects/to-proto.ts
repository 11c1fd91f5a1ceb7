import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ProjectSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Selectable } from 'kysely';
import type { Projects } from '../../db/schema.ts';

/**
 * Converts a project. `workflowCount` is undefined while the workflows service is unavailable; the API then shows null.
 */
export function projectToProto(
  row: Selectable<Projects>,
  workflowCount: bigint | undefined,
): MessageInitShape<typeof ProjectSchema> {
  return {
    id: row.id,
    name: row.name,
    ...(row.description !== null && { description: row.description }),
    ...(row.color !== null && { color: row.color }),
    ...(workflowCount !== undefined && { workflowCount }),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
