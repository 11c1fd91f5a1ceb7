import { createHash, randomUUIDv7 } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { EmailEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { modeToProto } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import { causeOfEnrollment } from '../chains/cause.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { countedColumns, deliveryColumns, deliveryToProto } from '../enrollments/delivery.ts';
import { appendNews, type EnrollmentNews } from '../enrollments/events.ts';
import { acceptEvents } from '../events/index.ts';
import { contactOfMail } from './contact-of-mail.ts';
import type { Mail } from './mail.ts';

/** A reaction that is counted: a reaction of the mail's receiver, or a failed delivery. */
export type Reaction = {
  kind: 'opened' | 'clicked' | 'unsubscribed' | 'bounced' | 'complained';
  mail: Mail;
  at: Date;
  /** The link that was followed. */
  url?: string;
};

/**
 * Raises reactions in the transaction that counted them: for webhooks, and as events of the person, which start
 * workflows and resume waits. Reactions of an erased person go only to webhooks.
 */
export async function raiseReactions(
  ctx: Context,
  trx: Transaction<DB>,
  reactions: readonly Reaction[],
): Promise<void> {
  if (reactions.length === 0) return;
  await appendNews(trx, await newsOf(trx, reactions));
  await acceptEvents(
    ctx,
    trx,
    reactions.flatMap((reaction) => {
      const { kind, mail, at, url = '' } = reaction;
      const { email, leadRef } = contactOfMail(mail);
      if (email === null) return [];
      const { organizationId, mode, workflowId, enrollmentId, stepId, cause, hops } = mail;
      const properties = {
        delivery_id: String(mail.id),
        workflow_id: String(workflowId),
        enrollment_id: String(enrollmentId),
        step_id: stepId,
        subject: mail.subject,
        url: url === '' ? null : url,
      };
      return [
        {
          id: `evt_${randomUUIDv7()}`,
          organizationId,
          mode,
          name: `email.${kind}`,
          source: 'mail' as const,
          contact: JSON.stringify({ email, ...(leadRef !== null && { lead_ref: leadRef }) }),
          properties: JSON.stringify(properties),
          occurredAt: at,
          key: `email.${kind}:${mail.id}:${createHash('sha256').update(url).digest('hex').slice(0, 16)}`,
          hops: hops + 1,
          link: { cause: causeOfEnrollment({ cause, workflowId, id: enrollmentId }), counts: true },
        },
      ];
    }),
  );
}

const payloads = {
  opened: 'emailOpened',
  clicked: 'emailClicked',
  unsubscribed: 'emailUnsubscribed',
  bounced: 'emailBounced',
  complained: 'emailComplained',
} as const;

async function newsOf(trx: Transaction<DB>, reactions: readonly Reaction[]): Promise<EnrollmentNews[]> {
  const rows = await trx
    .selectFrom('deliveries')
    .select([...deliveryColumns, ...countedColumns])
    .where('id', 'in', [...new Set(reactions.map(({ mail }) => mail.id))])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return reactions.map(({ kind, mail, url }) => {
    const { organizationId, enrollmentId, workflowId, stepId, mode, cause } = mail;
    const row = byId.get(mail.id);
    const value = {
      enrollmentId,
      workflowId,
      stepId,
      mode: modeToProto(mode),
      ...(row && { delivery: deliveryToProto(row) }),
      ...(row?.category && { category: row.category }),
      ...(url !== undefined && { url }),
    } as MessageInitShape<typeof EmailEventSchema>;
    const variants = row?.variants ?? [];
    return { organizationId, enrollmentId, cause, variants, payload: { case: payloads[kind], value } };
  });
}
