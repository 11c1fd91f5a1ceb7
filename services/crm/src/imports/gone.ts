import type { JsonObject } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { findBuried, lockErasures } from '../erasures/tombstones.ts';
import type { RecordType } from '../record-type.ts';
import type { RecordRow, Values } from '../records/collection.ts';
import type { Write } from '../records/write.ts';

export const erasedMessage = 'The person was erased here, and is not imported again.';

/** Returns the reason to refuse a row whose record is erased, merged or deleted. */
export function goneMessage(type: RecordType, row: RecordRow): string {
  if ('erased_at' in row && row.erased_at !== null) return erasedMessage;
  const into = row.merged_into_public_id;
  return into ? `The ${type} was merged into ${into} here.` : `The ${type} was deleted here.`;
}

/** Prevents erasures until the transaction ends, so that a person's state is the same for the whole batch. */
export async function lockAgainstErasure(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
): Promise<void> {
  if (isPeople(type)) await lockErasures(trx, organizationId, 'import');
}

/**
 * Finds the import plans whose person was erased. An import never creates an erased person again, under any id. A
 * person who was added again by other means has a live record, and is not in the result.
 */
export async function findErased<Plan extends { fields: JsonObject; values: Values; before: RecordRow | undefined }>(
  { ctx, trx, author }: Write,
  type: RecordType,
  plans: readonly Plan[],
): Promise<Set<Plan>> {
  if (!isPeople(type)) return new Set();
  const people = plans.map(({ fields: { public_id: publicId }, values, before }) => ({
    given: { ...before, ...values, public_id: before?.public_id ?? (typeof publicId === 'string' ? publicId : null) },
    stored: { ...before },
  }));
  const buried = await findBuried(ctx, trx, author.organizationId, people);
  return new Set(plans.filter((_plan, place) => buried.has(place)));
}

function isPeople(type: RecordType): boolean {
  return type === 'contact' || type === 'lead';
}
