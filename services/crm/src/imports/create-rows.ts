import type { Violation } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { insertRecords } from '../records/bulk.ts';
import type { Change } from '../records/change-events.ts';
import type { Collection, RecordRow } from '../records/collection.ts';
import { isPublicId, makePublicId } from '../records/ids.ts';
import { findRecordRoom } from '../records/require-room.ts';
import type { Write } from '../records/write.ts';
import { isDeleted, type Plan, type Policy, type Result } from './plan.ts';
import { findTaken, standInFor } from './public-ids.ts';
import { removeRows } from './remove-rows.ts';
import { uuidRandom } from './uuid-random.ts';

/** Violation for a row whose record would exceed the contact limit of the organization's plan. */
const noRoom: Violation = { field: 'plan', message: 'has no room for more contacts', code: 'not_allowed' };

/**
 * Creates records for the import plans that have no record, and deletes the new records whose row is marked as deleted.
 */
export async function createRows<Row extends RecordRow>(
  write: Write,
  collection: Collection<Row>,
  plans: readonly Plan<Row>[],
  results: Result[],
  policy: Policy,
): Promise<Change<Row>[]> {
  const { ctx, trx, author } = write;
  const { organizationId } = author;
  const all = plans.filter(({ before }) => before === undefined);
  const fresh = all.slice(0, await findRecordRoom(write, collection.type, all.length));
  for (const { index } of all.slice(fresh.length)) results[index] = [noRoom];
  const publicIds = await choosePublicIds(trx, organizationId, collection.type, fresh);
  const now = ctx.clock.now();
  const rows = fresh.map(({ values }, seq) => ({
    ...values,
    // Ids increase in the order of the rows, because exports are ordered by id.
    id: uuidv7({ msecs: now.getTime(), seq, rng: uuidRandom }),
    public_id: publicIds[seq] ?? makePublicId(collection.type),
    organization_id: organizationId,
    sequence: 1n,
    created_at: now,
    updated_at: now,
  }));
  const made = await insertRecords(trx, collection, rows);
  const created = fresh.flatMap((plan, seq): (Change<Row> & { plan: Plan<Row> })[] => {
    const after = made.get(rows[seq]?.id ?? '');
    results[plan.index] = 'created';
    if (after !== undefined) policy.onRecord?.(plan.index, after.id);
    return after === undefined ? [] : [{ plan, action: 'created', after, written: plan.values }];
  });
  const gone = created.filter(({ plan }) => isDeleted(plan.fields)).map(({ after }) => after);
  return [...created, ...(await removeRows(write, collection, gone))];
}

/**
 * Chooses the public ids of the rows. If the id of a row belongs to a different organization, chooses the id that
 * replaces it.
 */
async function choosePublicIds<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  plans: readonly Plan<Row>[],
): Promise<(string | undefined)[]> {
  const wanted = plans.map(({ keys: { publicId, content } }) => {
    if (publicId !== undefined && isPublicId(type, publicId)) return publicId;
    return content;
  });
  const taken = await findTaken(
    trx,
    type,
    wanted.filter((id) => id !== undefined),
  );
  return wanted.map((id) => (id !== undefined && taken.has(id) ? standInFor(type, organizationId, id) : id));
}
