import type { Migration } from 'kysely/migration';
import * as workflows from './2026-11-25-0900-workflows.ts';
import * as deletedProjects from './2026-11-26-2050-deleted-projects.ts';
import * as modes from './2026-11-26-2100-modes.ts';
import * as sealedSteps from './2026-11-26-2220-sealed-steps.ts';
import * as outboxOrganizations from './2026-11-26-2510-outbox-organizations.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-workflows': workflows,
  '2026-11-26-2050-deleted-projects': deletedProjects,
  '2026-11-26-2100-modes': modes,
  '2026-11-26-2220-sealed-steps': sealedSteps,
  '2026-11-26-2510-outbox-organizations': outboxOrganizations,
};
