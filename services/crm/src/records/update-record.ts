import { isDeepStrictEqual } from 'node:util';
import { refuseViolations } from '@drippulse/errors';
import { parseJson } from '@drippulse/json';
import { sql } from 'kysely';
import { requireCustom } from '../custom-fields/check.ts';
import { recordChanges } from './change-events.ts';
import { type Collection, type RecordRow, tables, type Value, type Values } from './collection.ts';
import { resolveLinks } from './links.ts';
import { requireOwner } from './require-owner.ts';
import { recordColumns } from './rows.ts';
import type { Write } from './write.ts';
import { writeOne } from './write-one.ts';

/** Updates a locked record. If no value changes, nothing is written and there is no event. */
export async function updateRecord<Row extends RecordRow>(
  write: Write,
  collection: Collection<Row>,
  before: Row,
  values: Values,
): Promise<Row> {
  const { ctx, trx } = write;
  const former: Readonly<Record<string, Value>> = { ...before };
  refuseViolations(collection.check({ ...former, ...values }));
  await requireCustom(trx, before.organization_id, collection.type, values['custom']);
  const wanted = await resolveLinks(trx, before.organization_id, collection.links, values);
  const changed = Object.entries(wanted).filter(([column, value]) => !isSame(column, value, former[column] ?? null));
  if (changed.length === 0) return before;
  const written = Object.fromEntries(changed);
  requireOwner(write, written);
  const columns = { ...written, sequence: before.sequence + 1n, updated_at: ctx.clock.now() };
  const assignments = Object.entries<Value>(columns).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  const after = await writeOne(
    sql<Row>`update ${sql.table(tables[collection.type].table)} as record set ${sql.join(assignments)}
      where organization_id = ${before.organization_id} and id = ${before.id}
      returning ${recordColumns(collection)}`.execute(trx),
  );
  await recordChanges(write, collection, [{ action: 'updated', after, before, written }]);
  return after;
}

/** Whether a value equals the former value of the column. */
export function isSame(column: string, value: Value, former: Value): boolean {
  if (value instanceof Date && former instanceof Date) return value.getTime() === former.getTime();
  if (value === former) return true;
  // In free-form JSON the order of keys has no meaning.
  return (
    column === 'custom' &&
    typeof value === 'string' &&
    typeof former === 'string' &&
    isDeepStrictEqual(parseJson(value), parseJson(former))
  );
}
