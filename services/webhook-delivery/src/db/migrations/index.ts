import type { Migration } from 'kysely/migration';
import * as webhooks from './2026-11-25-0900-webhooks.ts';
import * as modes from './2026-11-26-2100-modes.ts';
import * as sealedUrl from './2026-11-26-2210-sealed-url.ts';
import * as chains from './2026-11-26-2500-chains.ts';
import * as outboxOrganizations from './2026-11-26-2510-outbox-organizations.ts';
import * as revisions from './2026-11-27-0100-revisions.ts';
import * as suspensions from './2026-11-27-1300-suspensions.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-webhooks': webhooks,
  '2026-11-26-2100-modes': modes,
  '2026-11-26-2210-sealed-url': sealedUrl,
  '2026-11-26-2500-chains': chains,
  '2026-11-26-2510-outbox-organizations': outboxOrganizations,
  '2026-11-27-0100-revisions': revisions,
  '2026-11-27-1300-suspensions': suspensions,
};
