import {
  AccountSchema,
  ApiKeySchema,
  NotificationsSchema,
  ProjectSchema,
  TeamMemberSchema,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { InvitationSchema } from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import { MfaSchema, SecuritySchema } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { OrganizationDeletionSchema } from '@drippulse/proto/drippulse/identity/v1/organization_deletion_pb';
import { DomainSchema, SsoSchema } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { securityColumns, securityToProto } from './account/security.ts';
import { accountToProto } from './account/to-proto.ts';
import { apiKeyToProto } from './api-keys/to-proto.ts';
import { readDeletion } from './deletions/to-proto.ts';
import { domainToProto, findDomain } from './domains/rows.ts';
import { invitationToProto, waitingInvitations } from './invitations/waiting.ts';
import { readMfa } from './mfa/to-proto.ts';
import { userIdOf } from './notifications/own-row.ts';
import { choiceColumns, notificationsToProto } from './notifications/to-proto.ts';
import { findProject } from './projects/find-project.ts';
import { projectToProto } from './projects/to-proto.ts';
import { findSso, ssoToProto } from './sso/rows.ts';
import { memberColumns, memberToProto } from './team-members/to-proto.ts';

const deletion = audited(OrganizationDeletionSchema, (trx: Transaction<DB>, { organizationId }) =>
  readDeletion(trx, organizationId),
);

/** Configuration rows in the form that the API shows. */
export const auditedRows: AuditedRows<DB> = {
  account: audited(AccountSchema, async (trx, { organizationId }) => {
    const row = await trx.selectFrom('organizations').selectAll().where('id', '=', organizationId).executeTakeFirst();
    return row && accountToProto(trx, row);
  }),
  api_keys: audited(ApiKeySchema, async (trx, { organizationId }, id: bigint) => {
    const keys = trx.selectFrom('api_keys').selectAll().where('organization_id', '=', organizationId);
    const row = await keys.where('id', '=', id).executeTakeFirst();
    return row && apiKeyToProto(row);
  }),
  ...Object.fromEntries(['confirm', 'recovery_codes', 'disable'].map((kind) => [kind, audited(MfaSchema, readMfa)])),
  ...Object.fromEntries(['deletion', 'cancel'].map((kind) => [kind, deletion])),
  security: audited(SecuritySchema, async (trx, { organizationId }) => {
    const organizations = trx.selectFrom('organizations').select(securityColumns);
    return securityToProto(await organizations.where('id', '=', organizationId).executeTakeFirstOrThrow());
  }),
  invitations: audited(InvitationSchema, async (trx, { organizationId }, id: bigint) => {
    const row = await waitingInvitations(trx, organizationId).where('id', '=', id).executeTakeFirst();
    return row && invitationToProto(row);
  }),
  notifications: audited(NotificationsSchema, async (trx, caller) => {
    const members = trx
      .selectFrom('memberships')
      .select(choiceColumns)
      .where('organization_id', '=', caller.organizationId);
    const row = await members.where('id', '=', userIdOf(caller)).executeTakeFirst();
    return row && notificationsToProto(row);
  }),
  domains: audited(DomainSchema, async (trx, { organizationId }, id: bigint) =>
    domainToProto(await findDomain(trx, organizationId, id)),
  ),
  // The addresses of the sign-in pages are not configuration of the organization.
  sso: audited(SsoSchema, async (trx, { organizationId }) => ssoToProto(await findSso(trx, organizationId), '')),
  // The number of a project's workflows is left out: it is not configuration, and the workflows service counts them.
  projects: audited(ProjectSchema, async (trx, { organizationId }, id: bigint) =>
    projectToProto(await findProject(trx, organizationId, id), undefined),
  ),
  team_members: audited(TeamMemberSchema, async (trx, { organizationId }, id: bigint) => {
    const members = trx.selectFrom('memberships').select(memberColumns).where('organization_id', '=', organizationId);
    const row = await members.where('id', '=', id).executeTakeFirst();
    return row && memberToProto(row);
  }),
};
