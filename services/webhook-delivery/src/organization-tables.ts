import { keptRows, type OrganizationTables, ownRows, rowsOf, workRows } from '@drippulse/service';
import type { DB } from './db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  attempts: rowsOf('deliveries', 'delivery_id'),
  deliveries: rowsOf('webhooks', 'webhook_id'),
  endpoints: rowsOf('webhooks', 'webhook_id'),
  jobs: workRows(),
  lanes: workRows(),
  payloads: workRows(),
  queue: workRows(rowsOf('webhooks', 'webhook_id')),
  removals: workRows(rowsOf('webhooks', 'webhook_id')),
  suspensions: keptRows('events that come late must start nothing'),
  webhooks: ownRows(),
};
