import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-27-1000-integrations.ts';
import * as health from './2026-11-27-1010-health.ts';
import * as effects from './2026-11-27-1030-effects.ts';
import * as dataSources from './2026-11-27-1050-data-sources.ts';
import * as suspensions from './2026-11-27-1300-suspensions.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-27-1000-integrations': baseline,
  '2026-11-27-1010-health': health,
  '2026-11-27-1030-effects': effects,
  '2026-11-27-1050-data-sources': dataSources,
  '2026-11-27-1300-suspensions': suspensions,
};
