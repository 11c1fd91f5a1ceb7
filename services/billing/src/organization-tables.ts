import { keptRows, type OrganizationTables, ownRows, rowsOf, workRows } from '@drippulse/service';
import type { DB } from './db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  customers: ownRows(),
  hooks: workRows(rowsOf('customers', 'stripe_customer_id', { key: 'stripe_customer_id' })),
  jobs: workRows(),
  mails: workRows(),
  metered_hours: ownRows(),
  metered_months: ownRows(),
  operations: workRows(),
  pushed_entitlements: workRows(),
  pushes: workRows(),
  settings: ownRows(),
  sweeps: keptRows('it is of no organization'),
  thresholds: ownRows(),
};
