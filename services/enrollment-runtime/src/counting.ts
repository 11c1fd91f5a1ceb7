import type { Counting } from '@drippulse/entitlements';
import { serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Context } from './context.ts';
import type { DB } from './db/schema.ts';
import { wakeLine } from './enrolling/gate/held-entries.ts';
import { quotaRule } from './messaging/index.ts';

/** Configures how this service counts the usage of its meters. */
export function countingOf(ctx: Context): Counting<DB> {
  return {
    name: serviceOf('enrollments'),
    at: () => ctx.dbNow,
    held: {
      enrollments: (organizationId) => sql<bigint>`(
        select count(*) from held_entries where organization_id = ${organizationId} and status = 'waiting')`,
      emails: (organizationId) => sql<bigint>`(
        select count(*) from sends
        where organization_id = ${organizationId} and status = 'held' and rule = ${sql.lit(quotaRule)})`,
    },
    onApplied: (trx, organizationId) => wakeLine(ctx, trx, organizationId),
    onCommitted: () => ctx.wake.held(),
  };
}
