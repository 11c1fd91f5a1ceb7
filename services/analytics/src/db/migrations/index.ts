import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-27-1359-analytics.ts';
import * as names from './2026-11-27-1440-names.ts';
import * as reports from './2026-11-27-1440-reports.ts';
import * as schedules from './2026-11-27-1800-schedules.ts';
import * as stores from './2026-11-27-1810-stores.ts';
import * as stepFacts from './2026-11-27-1815-step-facts.ts';
import * as factCounts from './2026-11-27-1830-fact-counts.ts';
import * as quartersByTime from './2026-11-27-2210-quarters-by-time.ts';
import * as rebuilds from './2026-11-28-0630-rebuilds.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-27-1359-analytics': baseline,
  '2026-11-27-1440-names': names,
  '2026-11-27-1440-reports': reports,
  '2026-11-27-1800-schedules': schedules,
  '2026-11-27-1810-stores': stores,
  '2026-11-27-1815-step-facts': stepFacts,
  '2026-11-27-1830-fact-counts': factCounts,
  '2026-11-27-2210-quarters-by-time': quartersByTime,
  '2026-11-28-0630-rebuilds': rebuilds,
};
