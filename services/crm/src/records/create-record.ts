import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { recordChange } from './change-events.ts';
import { type Collection, type RecordRow, tables, type Values } from './collection.ts';
import { makePublicId } from './ids.ts';
import { resolveLinks } from './links.ts';
import { findRecord } from './rows.ts';
import { refuse } from './rules.ts';
import { refuseTaken } from './taken.ts';

/** A new record with these columns. */
export async function createRecord<Row extends RecordRow>(
  ctx: Context,
  trx: Transaction<DB>,
  call: HandlerContext,
  collection: Collection<Row>,
  values: Values,
  publicId = makePublicId(collection.type),
): Promise<Row> {
  const { organizationId } = callerOf(call);
  refuse(collection.check(values));
  const written = await resolveLinks(trx, organizationId, collection.links, values);
  const now = ctx.clock.now();
  const id = uuidv7({ msecs: now.getTime() });
  const columns: Values = {
    ...written,
    id,
    public_id: publicId,
    organization_id: organizationId,
    sequence: 1n,
    created_at: now,
    updated_at: now,
  };
  await refuseTaken(
    sql`insert into ${sql.table(tables[collection.type].table)}
      (${sql.join(Object.keys(columns).map((column) => sql.ref(column)))})
      values (${sql.join(Object.values(columns))})`.execute(trx),
  );
  const after = await findRecord(trx, collection, organizationId, id);
  await recordChange(ctx, trx, call, collection, { action: 'created', after, written });
  return after;
}
