import type { Migration } from 'kysely/migration';
import * as baseline from './2026-12-01-0000-baseline.ts';

export const migrations: Record<string, Migration> = {
  '2026-12-01-0000-baseline': baseline,
};
