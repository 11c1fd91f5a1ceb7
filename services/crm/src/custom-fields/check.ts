import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType, Values } from '../records/collection.ts';
import { refuse } from '../records/rules.ts';
import { selectFields } from './rows.ts';
import { checkCustom } from './rules.ts';

/** Refuses a `custom` that is about to be written and is not as the organization's fields say. */
export async function requireCustom(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  { custom }: Values,
): Promise<void> {
  if (typeof custom !== 'string') return;
  const fields = await selectFields(trx, organizationId).where('record_type', '=', type).execute();
  refuse(checkCustom(fields, custom));
}
