import type { Migration } from 'kysely/migration';
import * as identity from './2026-11-25-0900-identity.ts';
import * as loginNames from './2026-11-26-2100-login-names.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-identity': identity,
  '2026-11-26-2100-login-names': loginNames,
};
