import { keptRows, type OrganizationTables, ownRows, workRows } from '@drippulse/service';
import type { DB } from './db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  facts: ownRows(),
  jobs: workRows(),
  mails: workRows(),
  names: workRows(),
  organizations: workRows(),
  progress: keptRows('it is of no organization'),
  rebuilds: keptRows('it is of no organization'),
  report_chunks: ownRows({ shown: ['content'] }),
  report_files: keptRows('the file of each goes first, and the loop that removes it needs the row'),
  reports: ownRows(),
  rollup_days: ownRows(),
  rollup_quarters: ownRows(),
  stale_days: workRows(),
  step_facts: ownRows({ shown: ['counts'] }),
  suspensions: keptRows('events that come late must start nothing'),
};
