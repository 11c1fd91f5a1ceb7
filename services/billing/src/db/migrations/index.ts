import type { Migration } from 'kysely/migration';
import * as baseline from './2026-12-01-0000-baseline.ts';
import * as countRevisions from './2026-12-02-0000-count-revisions.ts';

export const migrations: Record<string, Migration> = {
  '2026-12-01-0000-baseline': baseline,
  '2026-12-02-0000-count-revisions': countRevisions,
};
