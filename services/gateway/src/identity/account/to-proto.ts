import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AccountSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Kysely, Selectable } from 'kysely';
import type { DB, Organizations } from '../../db/schema.ts';
import { findOwner } from '../organizations/owner.ts';
import { adminToProto } from '../sessions/to-proto.ts';

/** Without a billing service, every installation is self-hosted. */
const plan = 'self_hosted';

export async function accountToProto(
  db: Kysely<DB>,
  row: Selectable<Organizations>,
): Promise<MessageInitShape<typeof AccountSchema>> {
  const owner = await findOwner(db, row.id);
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    timezone: row.timezone,
    settings: Buffer.from(row.settings),
    ...(owner && { owner: adminToProto(owner) }),
    plan,
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
