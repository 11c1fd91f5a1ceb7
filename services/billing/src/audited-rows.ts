import { AccountBillingSchema } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import type { DB } from './db/schema.ts';
import { settingsToProto } from './settings/account-billing.ts';
import { findSettings } from './settings/rows.ts';

/** The rows of configuration in the form that the API shows. For billing, they are the members that a PATCH changes. */
export const auditedRows: AuditedRows<DB> = {
  billing: audited(AccountBillingSchema, async (trx, { organizationId }) =>
    settingsToProto(await findSettings(trx, organizationId)),
  ),
};
