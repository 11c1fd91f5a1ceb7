import { refuseViolations } from '@drippulse/errors';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { requireCustom } from '../custom-fields/check.ts';
import { recordChanges } from './change-events.ts';
import { type Collection, type RecordRow, tables, type Values } from './collection.ts';
import { makePublicId } from './ids.ts';
import { resolveLinks } from './links.ts';
import { requireOwner } from './require-owner.ts';
import { requireRoom } from './require-room.ts';
import { recordColumns } from './rows.ts';
import type { Write } from './write.ts';
import { writeOne } from './write-one.ts';

/** Creates a record with the given columns. */
export async function createRecord<Row extends RecordRow>(
  write: Write,
  collection: Collection<Row>,
  values: Values,
  publicId = makePublicId(collection.type),
): Promise<Row> {
  const { ctx, trx, author } = write;
  const { organizationId } = author;
  refuseViolations(collection.check(values));
  requireOwner(write, values);
  await requireCustom(trx, organizationId, collection.type, values['custom']);
  const written = await resolveLinks(trx, organizationId, collection.links, values);
  await requireRoom(write, collection.type);
  const now = ctx.clock.now();
  const columns: Values = {
    ...written,
    id: uuidv7({ msecs: now.getTime() }),
    public_id: publicId,
    organization_id: organizationId,
    sequence: 1n,
    created_at: now,
    updated_at: now,
  };
  const after = await writeOne(
    sql<Row>`insert into ${sql.table(tables[collection.type].table)} as record
      (${sql.join(Object.keys(columns).map((column) => sql.ref(column)))})
      values (${sql.join(Object.values(columns))})
      returning ${recordColumns(collection)}`.execute(trx),
  );
  await recordChanges(write, collection, [{ action: 'created', after, written }]);
  return after;
}
