import type { Migration } from 'kysely/migration';
import * as webhooks from './2026-11-25-0900-webhooks.ts';
import * as subscriptions from './2026-11-25-1500-subscriptions.ts';
import * as traces from './2026-11-25-1800-traces.ts';
import * as subjects from './2026-11-25-2110-subjects.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-webhooks': webhooks,
  '2026-11-25-1500-subscriptions': subscriptions,
  '2026-11-25-1800-traces': traces,
  '2026-11-25-2110-subjects': subjects,
};
