import { refuseViolations } from '@drippulse/errors';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { selectFields } from './rows.ts';
import { checkCustom } from './rules.ts';

/** Refuses a `custom` that violates the organization's field definitions. An undefined `custom` is not checked. */
export async function requireCustom(
  db: Kysely<DB>,
  organizationId: bigint,
  type: RecordType,
  custom: unknown,
): Promise<void> {
  if (typeof custom !== 'string') return;
  const fields = await selectFields(db, organizationId).where('record_type', '=', type).execute();
  refuseViolations(checkCustom(fields, custom));
}
