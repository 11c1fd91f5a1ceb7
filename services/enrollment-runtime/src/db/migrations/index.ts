import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-26-0300-baseline.ts';
import * as modes from './2026-11-26-2100-modes.ts';
import * as sealedSteps from './2026-11-26-2230-sealed-steps.ts';
import * as chains from './2026-11-26-2500-chains.ts';
import * as outboxOrganizations from './2026-11-26-2510-outbox-organizations.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-26-0300-baseline': baseline,
  '2026-11-26-2100-modes': modes,
  '2026-11-26-2230-sealed-steps': sealedSteps,
  '2026-11-26-2500-chains': chains,
  '2026-11-26-2510-outbox-organizations': outboxOrganizations,
};
