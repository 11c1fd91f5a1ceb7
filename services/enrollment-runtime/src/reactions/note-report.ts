import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Mail } from './mail.ts';

/** Records an unsubscription, a bounce or a complaint, which need no verdict. */
export async function noteReport(
  trx: Transaction<DB>,
  mail: Mail,
  report: { kind: 'unsubscribe' | 'bounce' | 'complaint'; at: Date; userAgent?: string; detail: string | null },
): Promise<void> {
  const isErased = mail.receiver === '';
  await trx
    .insertInto('hits')
    .values({
      at: report.at,
      organization_id: mail.organizationId,
      enrollment_id: mail.enrollmentId,
      delivery_id: mail.id,
      mode: mail.mode,
      kind: report.kind,
      user_agent: isErased || report.userAgent === undefined ? null : report.userAgent,
      detail: isErased ? null : report.detail,
    })
    .execute();
}
