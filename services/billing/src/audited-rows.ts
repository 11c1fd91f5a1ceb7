import { AccountBillingSchema } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import type { DB } from './db/schema.ts';
import { settingsToProto } from './settings/account-billing.ts';
import { findSettings } from './settings/rows.ts';

/**
 * Configuration rows in the form that the API shows. The row of the billing settings has only the members that a PATCH
 * can change.
 */
export const auditedRows: AuditedRows<DB> = {
  billing: audited(AccountBillingSchema, async (trx, { organizationId }) =>
    settingsToProto(await findSettings(trx, organizationId)),
  ),
};
