import type { Migration } from 'kysely/migration';
import * as webhooks from './2026-11-25-0900-webhooks.ts';

export const migrations: Record<string, Migration> = { '2026-11-25-0900-webhooks': webhooks };
