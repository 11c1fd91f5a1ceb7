import { timestampDate } from '@bufbuild/protobuf/wkt';
import { addJob } from '@drippulse/db';
import { type Consumer, firstSeen, startConsumer, topicOf } from '@drippulse/events';
import type { CrmErasure } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { fromConnectError } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { callerOf } from '../erasures/erase-slice.ts';
import { erasureJobs, packErasureInput } from '../erasures/erasure-job.ts';

const group = 'enrollment-runtime-erasures';

/** Adds a job for each person whom the CRM erased, once per event however often the event is delivered. */
export function consumeErasures(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(CrmEventSchema),
    group,
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      for (const { id, message } of batch) {
        if (message.payload.case !== 'contactErased') continue;
        await addErasure(ctx, id, message.organizationId, message.payload.value);
      }
    },
  });
}

/**
 * Adds the job of an erasure. Events carry no addresses, so the CRM is asked for the addresses first. The event is
 * retried while the CRM is unavailable.
 */
async function addErasure(ctx: Context, eventId: string, organizationId: bigint, erasure: CrmErasure): Promise<void> {
  const { emails } = await ctx.clients.crm
    .erasures(callerOf(organizationId))
    .getCrmErasure({ contactId: erasure.id })
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  const people = [
    erasure,
    ...erasure.records.filter(({ recordType }) => recordType === 'contact' || recordType === 'lead'),
  ];
  const refs = people.flatMap(({ id, publicId }) => [id, publicId]);
  const input = packErasureInput(ctx.sealer, { contactId: erasure.id, refs, emails });
  await ctx.db.kysely.transaction().execute(async (trx) => {
    const fresh = await firstSeen(trx, group, [eventId]);
    if (!fresh.has(eventId)) return;
    await rememberRecords(trx, organizationId, erasure);
    await addJob(trx, { organizationId, kind: erasureJobs, input, total: 0n });
  });
  ctx.wake.erasures();
}

async function rememberRecords(
  trx: Transaction<DB>,
  organizationId: bigint,
  { id, records, erasedAt }: CrmErasure,
): Promise<void> {
  const ids = [id, ...records.map((record) => record.id)];
  await sql`
    insert into erased_records (organization_id, record_id, erased_at)
    select ${organizationId}, id, ${erasedAt ? timestampDate(erasedAt) : new Date()}
    from unnest(${ids}::uuid[]) as id
    on conflict do nothing`.execute(trx);
}
