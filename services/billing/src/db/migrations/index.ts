import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-27-1200-billing.ts';
import * as entitlements from './2026-11-27-1500-entitlements.ts';
import * as meteredUsage from './2026-11-27-1700-metered-usage.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-27-1200-billing': baseline,
  '2026-11-27-1500-entitlements': entitlements,
  '2026-11-27-1700-metered-usage': meteredUsage,
};
