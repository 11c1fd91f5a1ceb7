import { randomBytes } from 'node:crypto';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { FormColumns } from './columns.ts';
import type { FormRow } from './form.ts';

/** Inserts a form of the caller's mode, with its own token for its public URL. */
export function insertForm(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, mode }: Caller,
  columns: FormColumns,
): Promise<FormRow> {
  const now = ctx.clock.now();
  return trx
    .insertInto('lead_forms')
    .values({
      ...columns,
      fields: JSON.stringify(columns.fields),
      organization_id: organizationId,
      mode,
      token: randomBytes(18).toString('base64url'),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}
