import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import type { InvitationSchema } from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import type { Kysely } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { roleToProto } from '../roles.ts';

/** Selects the invited members of an organization who have not accepted, with their latest link. */
export function waitingInvitations(db: Kysely<DB>, organizationId: bigint) {
  return db
    .selectFrom('memberships')
    .select(['id', 'email', 'name', 'role', 'created_at'])
    .select((eb) => {
      const link = eb.selectFrom('mailed_links').whereRef('mailed_links.member_id', '=', 'memberships.id');
      return [
        link.select('mailed_links.created_at').as('sent_at'),
        link.select('mailed_links.expires_at').as('expires_at'),
      ];
    })
    .where('organization_id', '=', organizationId)
    .where('status', '=', 'invited');
}

type Waiting = Awaited<ReturnType<ReturnType<typeof waitingInvitations>['executeTakeFirstOrThrow']>>;

export function invitationToProto(row: Waiting): MessageInitShape<typeof InvitationSchema> {
  return {
    id: row.id,
    email: row.email,
    ...(row.name !== null && { name: row.name }),
    role: roleToProto(row.role),
    ...(row.sent_at && { sentAt: timestampFromDate(row.sent_at) }),
    ...(row.expires_at && { expiresAt: timestampFromDate(row.expires_at) }),
    createdAt: timestampFromDate(row.created_at),
  };
}

/**
 * Creates the error for an unknown invitation. It is also thrown for an invitation of a different organization, and for
 * an accepted one.
 */
export function invitationNotFound(): DomainError {
  return new DomainError('not_found', 'invitation_not_found', 'There is no invitation with this id that waits.');
}
