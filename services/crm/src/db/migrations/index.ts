import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-26-1800-baseline.ts';
import * as leadFormModes from './2026-11-26-2100-lead-form-modes.ts';
import * as chains from './2026-11-26-2500-chains.ts';
import * as outboxOrganizations from './2026-11-26-2510-outbox-organizations.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-26-1800-baseline': baseline,
  '2026-11-26-2100-lead-form-modes': leadFormModes,
  '2026-11-26-2500-chains': chains,
  '2026-11-26-2510-outbox-organizations': outboxOrganizations,
};
