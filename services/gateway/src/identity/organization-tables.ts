import { keptRows, type OrganizationTables, ownRows, rowsOf, workRows } from '@drippulse/service';
import type { DB } from '../db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  account_domains: ownRows(),
  api_key_usage: rowsOf('api_keys', 'api_key_id'),
  api_keys: ownRows(),
  audit_events: keptRows('the trail of a deletion outlives it, for its 400 days', ownRows()),
  audit_heads: keptRows('it has the hash of the end of the trail'),
  identities: keptRows('a person may belong to other organizations; without one it goes after 30 days'),
  identity_links: workRows(),
  jobs: workRows(),
  login_networks: workRows(rowsOf('memberships', 'user_id')),
  mailed_links: workRows(rowsOf('memberships', 'member_id')),
  mails: workRows(),
  memberships: ownRows(),
  mfa_factors: keptRows('it belongs to the identity'),
  mfa_recovery_codes: keptRows('they belong to the identity'),
  organization_deletions: keptRows('it says that and when the organization was deleted'),
  organizations: ownRows({ column: 'id' }),
  projects: ownRows(),
  sessions: workRows(),
  sign_ups: keptRows('they are of no organization yet'),
  sso_connections: ownRows(),
};
