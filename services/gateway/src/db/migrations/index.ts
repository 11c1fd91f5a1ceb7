import type { Migration } from 'kysely/migration';
import * as identity from './2026-11-25-0900-identity.ts';

export const migrations: Record<string, Migration> = { '2026-11-25-0900-identity': identity };
