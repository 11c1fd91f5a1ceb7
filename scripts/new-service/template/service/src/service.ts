import { defineService } from '@drippulse/service';
import { type Config, readConfig } from './config.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { organizationTables } from './organization-tables.ts';
import { routesOf } from './rpc/index.ts';

export const service = defineService<Config, DB>({
  name: '__name__',
  readConfig,
  migrations,
  organizationTables,
  open: routesOf,
});
