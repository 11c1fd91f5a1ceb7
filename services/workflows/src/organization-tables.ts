import { type OrganizationTables, ownRows, rowsOf, workRows } from '@drippulse/service';
import type { DB } from './db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  deleted_projects: workRows(),
  workflow_versions: rowsOf('workflows', 'workflow_id'),
  workflows: ownRows(),
};
