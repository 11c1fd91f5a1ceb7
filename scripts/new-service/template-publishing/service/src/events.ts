import { appendEvents, topicOf } from '@drippulse/events';
import { __Schema__EventSchema } from '@drippulse/proto/drippulse/__schema__/v1/events_pb';
import type { Selectable, Transaction } from 'kysely';
import type { DB, Items } from './db/schema.ts';
import { itemToProto } from './items.ts';

const topic = topicOf(__Schema__EventSchema);

/** Adds the event which reports that an item was created, in the transaction that creates the item. */
export async function appendItemCreated(trx: Transaction<DB>, row: Selectable<Items>): Promise<void> {
  await appendEvents(trx, topic, [
    {
      organizationId: row.organization_id,
      sequence: 1n,
      aggregate: `__schema___item:${row.id}`,
      payload: { case: 'created', value: itemToProto(row) },
    },
  ]);
}
