import { refuseViolations } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { selectFields } from './rows.ts';
import { checkCustom } from './rules.ts';

/** Refuses a `custom` that breaks the rules of the organization's fields; undefined is not checked. */
export async function requireCustom(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  custom: unknown,
): Promise<void> {
  if (typeof custom !== 'string') return;
  const fields = await selectFields(trx, organizationId).where('record_type', '=', type).execute();
  refuseViolations(checkCustom(fields, custom));
}
