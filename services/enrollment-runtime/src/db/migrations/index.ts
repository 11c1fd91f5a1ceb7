import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-26-0300-baseline.ts';
import * as sealedSteps from './2026-11-26-2230-sealed-steps.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-26-0300-baseline': baseline,
  '2026-11-26-2230-sealed-steps': sealedSteps,
};
