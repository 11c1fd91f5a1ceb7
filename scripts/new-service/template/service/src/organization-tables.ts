import { type OrganizationTables, ownRows } from '@drippulse/service';
import type { DB } from './db/schema.ts';

export const organizationTables: OrganizationTables<DB> = {
  items: ownRows(),
};
