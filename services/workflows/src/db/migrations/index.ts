import type { Migration } from 'kysely/migration';
import * as workflows from './2026-11-25-0900-workflows.ts';
import * as deletedProjects from './2026-11-26-2050-deleted-projects.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-workflows': workflows,
  '2026-11-26-2050-deleted-projects': deletedProjects,
};
