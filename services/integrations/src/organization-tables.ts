import { keptRows, type OrganizationTables, ownRows, workRows } from '@drippulse/service';
import type { DB } from './db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  authorizations: workRows(),
  connections: ownRows(),
  data_source_runs: ownRows(),
  data_sources: ownRows(),
  effects: workRows(),
  jobs: workRows(),
  mails: workRows(),
  source_batches: workRows(),
  source_failed_rows: ownRows(),
  source_file_parts: ownRows({ shown: ['content'] }),
  source_files: ownRows(),
  source_records: ownRows(),
  suspensions: keptRows('events that come late must start nothing'),
};
