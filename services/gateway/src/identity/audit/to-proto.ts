import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AuditEventSchema } from '@drippulse/proto/drippulse/identity/v1/audit_pb';
import type { Selectable } from 'kysely';
import type { AuditEvents } from '../../db/schema.ts';

export type AuditRow = Selectable<AuditEvents>;

export function auditToProto(row: AuditRow): MessageInitShape<typeof AuditEventSchema> {
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    actor: {
      type: row.actor_type,
      id: row.actor_id,
      ...(row.actor_name !== null && { name: row.actor_name }),
    },
    ...(row.resource_id !== null && { resourceId: row.resource_id }),
    ...(row.before !== null && { before: Buffer.from(row.before) }),
    ...(row.after !== null && { after: Buffer.from(row.after) }),
    ...(row.address !== null && { address: row.address }),
    ...(row.request_id !== null && { requestId: row.request_id }),
    hash: row.hash,
    createdAt: timestampFromDate(row.created_at),
  };
}
