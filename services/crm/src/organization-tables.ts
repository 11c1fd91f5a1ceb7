import { type OrganizationTables, ownRows, workRows } from '@drippulse/service';
import type { DB } from './db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  accounts: ownRows(),
  activities: ownRows(),
  // A trigger lets only the function `erase_change_events` delete rows of this table.
  change_events: ownRows({ eraseBy: 'erase_change_events' }),
  contacts: ownRows(),
  custom_fields: ownRows(),
  erasures: ownRows(),
  import_batches: workRows(),
  inbound_messages: workRows(),
  inbound_secrets: workRows(),
  jobs: workRows(),
  lead_form_submissions: ownRows(),
  lead_forms: ownRows(),
  leads: ownRows(),
  merges: ownRows(),
  operator_activities: ownRows(),
  operator_plans: ownRows(),
  opportunities: ownRows(),
  opportunity_pipeline_preferences: ownRows(),
  opportunity_pipeline_stages: ownRows(),
  opportunity_pipelines: ownRows(),
  tombstone_keys: workRows(),
  tombstones: workRows(),
};
