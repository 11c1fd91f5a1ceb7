import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { openEnvelope, type Sealer, sealEnvelope } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { SsoSchema } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { type Role, roles } from '@drippulse/rpc';
import type { LockRevision } from '@drippulse/writes';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { DB, SsoConnections } from '../../db/schema.ts';
import { roleToProto } from '../roles.ts';

export type SsoRow = Selectable<SsoConnections>;

const groupsColumn = z.array(z.object({ group: z.string(), role: z.enum(roles) }));
const shownFrom = 16;

/** Returns the context that binds a client secret to its row. */
export function ssoContext(organizationId: bigint): string {
  return `organization ${organizationId} sso`;
}

export function openClientSecret(sealer: Sealer, row: SsoRow): string {
  const { client_secret: box, data_key: dataKey, organization_id: organizationId } = row;
  return openEnvelope(sealer, { box, dataKey }, ssoContext(organizationId)).toString();
}

/** Returns the columns of a client secret, including its masked form. */
export function secretColumns(sealer: Sealer, organizationId: bigint, secret: string) {
  const { box, dataKey } = sealEnvelope(sealer, Buffer.from(secret), ssoContext(organizationId));
  const shown = `••••${secret.length < shownFrom ? '' : secret.slice(-4)}`;
  return { client_secret: box, data_key: dataKey, shown_secret: shown };
}

export function groupsOf({ groups }: Pick<SsoRow, 'groups'>): { group: string; role: Role }[] {
  return groupsColumn.parse(JSON.parse(groups));
}

export async function findSso(db: Kysely<DB>, organizationId: bigint) {
  const row = await db
    .selectFrom('sso_connections')
    .innerJoin('organizations', 'organizations.id', 'sso_connections.organization_id')
    .selectAll('sso_connections')
    .select('organizations.slug')
    .where('sso_connections.organization_id', '=', organizationId)
    .executeTakeFirst();
  if (row === undefined) throw ssoNotFound();
  return row;
}

export function ssoNotFound(): DomainError {
  return new DomainError('not_found', 'sso_not_found', 'The organization has set up no provider to sign in by.');
}

/** Locks the connection for `If-Match`. Returns its revision. */
export const lockSsoRevision: LockRevision<DB> = async (trx, { organizationId }) => {
  const row = await trx
    .selectFrom('sso_connections')
    .select('revision')
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirst();
  return row?.revision;
};

export function ssoToProto(row: SsoRow & { slug: string }, publicUrl: string): MessageInitShape<typeof SsoSchema> {
  const signInUrl = `${publicUrl}/auth/sso/${row.slug}`;
  return {
    issuer: row.issuer,
    clientId: row.client_id,
    clientSecret: row.shown_secret,
    domains: row.domains,
    ...(row.default_role !== null && { defaultRole: roleToProto(row.default_role) }),
    required: row.required,
    groups: groupsOf(row).map(({ group, role }) => ({ group, role: roleToProto(role) })),
    signInUrl,
    redirectUrl: `${signInUrl}/callback`,
    ...(row.tried_at && { triedAt: timestampFromDate(row.tried_at) }),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
