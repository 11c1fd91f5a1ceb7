import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { addressKeyOf, normalEmail, refKeyOf } from './contact-keys.ts';

/**
 * Removes the data about a person's sends and addresses. If an erased person comes back, the person is treated as new.
 */
export async function forgetPerson(
  trx: Transaction<DB>,
  o: { organizationId: bigint; enrollmentIds: readonly bigint[]; emails: readonly string[]; refs: readonly string[] },
): Promise<void> {
  const emails = o.emails.map(normalEmail).filter((email) => email !== '');
  const keys = emails.flatMap((email) =>
    (['live', 'test'] as const).map((mode) => addressKeyOf({ organizationId: o.organizationId, mode, email })),
  );
  const refKeys = o.refs.flatMap((leadRef) =>
    (['live', 'test'] as const).flatMap((mode) => refKeyOf({ organizationId: o.organizationId, mode, leadRef }) ?? []),
  );
  await sql`
    delete from sends
    where contact_key = any(${keys}) or ref_key = any(${refKeys}) or ctid = any(array(
      select sends.ctid from effects join sends on sends.organization_id = effects.organization_id
        and sends.effect_key = effects.effect_key
      where effects.enrollment_id = any(${o.enrollmentIds}::bigint[])))`.execute(trx);
  await sql`
    delete from suppressions where organization_id = ${o.organizationId} and email = any(${emails})`.execute(trx);
}
