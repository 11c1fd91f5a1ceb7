import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-26-1800-baseline.ts';

export const migrations: Record<string, Migration> = { '2026-11-26-1800-baseline': baseline };
