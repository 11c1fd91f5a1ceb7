import { type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { OrganizationEventSchema } from '@drippulse/proto/drippulse/identity/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { ServiceBase } from '../base.ts';

const topic = topicOf(OrganizationEventSchema);

/**
 * Keeps the table of `createSuspensionsTable` up to date. `group` is the service, or a longer name if the service
 * consumes the topic for another purpose too. `onResumed` runs in the transaction of a resumption, `onChanged` after
 * each commit.
 */
export function startSuspensions<DB>(
  { events, db, log, registry }: Pick<ServiceBase<never, DB>, 'events' | 'db' | 'log' | 'registry'>,
  o: {
    group: string;
    onResumed?(trx: Transaction<DB>, organizationId: bigint): Promise<void>;
    onChanged(): void;
  },
): Promise<Consumer> {
  return startConsumer({
    transport: events,
    topic,
    group: o.group,
    db,
    log,
    metrics: registry,
    async handle(batch) {
      for (const { message } of batch) {
        const { organizationId, sequence, payload } = message;
        if (payload.case === undefined) continue;
        const isNowSuspended = payload.case === 'suspended';
        await db.kysely.transaction().execute(async (trx) => {
          const isNew = await store(trx, { organizationId, sequence, isNowSuspended });
          if (isNew && !isNowSuspended) await o.onResumed?.(trx, organizationId);
        });
        o.onChanged();
      }
    },
  });
}

/** Stores a change. Returns false if this change or a later one was already stored. */
async function store<DB>(
  trx: Transaction<DB>,
  { organizationId, sequence, isNowSuspended }: { organizationId: bigint; sequence: bigint; isNowSuspended: boolean },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into suspensions (organization_id, sequence, is_suspended)
    values (${organizationId}, ${sequence}, ${isNowSuspended})
    on conflict (organization_id) do update set sequence = excluded.sequence, is_suspended = excluded.is_suspended
    where suspensions.sequence < excluded.sequence`.execute(trx);
  return numAffectedRows === 1n;
}
