import type { Migration } from 'kysely/migration';
import * as workflows from './2026-11-25-0900-workflows.ts';
import * as deletedProjects from './2026-11-26-2050-deleted-projects.ts';
import * as modes from './2026-11-26-2100-modes.ts';
import * as sealedSteps from './2026-11-26-2220-sealed-steps.ts';
import * as outboxOrganizations from './2026-11-26-2510-outbox-organizations.ts';
import * as revisions from './2026-11-27-0100-revisions.ts';
import * as versionAuthors from './2026-11-27-0110-version-authors.ts';
import * as listOrders from './2026-11-27-0111-list-orders.ts';
import * as settings from './2026-11-27-0400-settings.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-workflows': workflows,
  '2026-11-26-2050-deleted-projects': deletedProjects,
  '2026-11-26-2100-modes': modes,
  '2026-11-26-2220-sealed-steps': sealedSteps,
  '2026-11-26-2510-outbox-organizations': outboxOrganizations,
  '2026-11-27-0100-revisions': revisions,
  '2026-11-27-0110-version-authors': versionAuthors,
  '2026-11-27-0111-list-orders': listOrders,
  '2026-11-27-0400-settings': settings,
};
