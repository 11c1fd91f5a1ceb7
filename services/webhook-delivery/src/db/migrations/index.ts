import type { Migration } from 'kysely/migration';
import * as webhooks from './2026-11-25-0900-webhooks.ts';
import * as sealedUrl from './2026-11-26-2210-sealed-url.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-webhooks': webhooks,
  '2026-11-26-2210-sealed-url': sealedUrl,
};
