import { hashOfKey } from '@drippulse/mail';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { lockContacts } from '../contacts/lock-contacts.ts';
import type { DB } from '../db/schema.ts';
import { contactKeysOfMail } from './contact-of-mail.ts';
import type { Mail } from './mail.ts';

/**
 * Length of a Message-ID up to its domain, which changes with MAIL_FROM. The index of mails covers this many
 * characters.
 */
const messageKeyLength = 41;

/** Returns the start of the Message-ID of an effect's mail. */
export function messageKeyOf(effectKey: string): string {
  return `<${hashOfKey(effectKey)}`;
}

/** Returns the condition that the Message-ID of a delivery starts with the key. An index supports the condition. */
export function hasMessageKey(delivery: RawBuilder<unknown>, key: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`left(${delivery}.message_id, ${sql.lit(messageKeyLength)}) = ${key}`;
}

/** Finds the mail of an effect; undefined when the organization has no such mail. */
export async function findMailOfEffect(
  db: Kysely<DB>,
  { organizationId, deliveryKey }: { organizationId: bigint; deliveryKey: string },
): Promise<Mail | undefined> {
  const condition = sql`${hasMessageKey(sql`delivery`, sql`${messageKeyOf(deliveryKey)}`)}
    and delivery.organization_id = ${organizationId}`;
  const [mail] = await readMails(db, condition, sql``);
  return mail;
}

/** Finds the mail with a Message-ID, of any organization. */
export async function findMailWithId(db: Kysely<DB>, messageId: string): Promise<Mail | undefined> {
  const key = messageId.slice(0, messageKeyLength);
  const condition = sql`${hasMessageKey(sql`delivery`, sql`${key}`)} and delivery.message_id = ${messageId}`;
  const [mail] = await readMails(db, condition, sql``);
  return mail;
}

/** Locks the receiver of a mail, then the mail, and reads the mail's current state. */
export async function lockMail(trx: Transaction<DB>, mail: Mail): Promise<Mail | undefined> {
  await lockContacts(trx, contactKeysOfMail(mail));
  const [locked] = await readMails(trx, sql`delivery.id = ${mail.id}`, sql`for update of delivery`);
  return locked;
}

/** Finds mails, without a lock. */
export async function findMails(trx: Transaction<DB>, ids: readonly bigint[]): Promise<Mail[]> {
  return readMails(trx, sql`delivery.id = any(${ids}::bigint[])`, sql``);
}

/** Locks mails. Leaves out mails that another transaction has locked, because a later slice handles them. */
export async function lockFreeMails(trx: Transaction<DB>, ids: readonly bigint[]): Promise<Mail[]> {
  return readMails(trx, sql`delivery.id = any(${ids}::bigint[])`, sql`for update of delivery skip locked`);
}

type Row = {
  id: bigint;
  organization_id: bigint;
  workflow_id: bigint;
  enrollment_id: bigint;
  step_id: string;
  receiver: string;
  subject: string;
  sent_at: Date | null;
  opened_at: Date | null;
  clicked_at: Date | null;
  mode: 'live' | 'test';
  email: string | null;
  lead_ref: string | null;
  cause: string | null;
  hops: number;
};

async function readMails(
  db: Kysely<DB>,
  condition: RawBuilder<unknown>,
  locking: RawBuilder<unknown>,
): Promise<Mail[]> {
  const { rows } = await sql<Row>`
    select delivery.id, delivery.organization_id, delivery.workflow_id, delivery.enrollment_id, delivery.step_id,
      delivery.receiver, delivery.subject, delivery.sent_at, delivery.opened_at, delivery.clicked_at,
      coalesce(enrollment.mode, 'live') as mode, enrollment.email, enrollment.lead_ref, enrollment.cause,
      coalesce(enrollment.hops, 0) as hops
    from deliveries as delivery
    left join enrollments as enrollment
      on enrollment.workflow_id = delivery.workflow_id and enrollment.id = delivery.enrollment_id
    where ${condition} order by delivery.id ${locking}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    workflowId: row.workflow_id,
    enrollmentId: row.enrollment_id,
    stepId: row.step_id,
    receiver: row.receiver,
    subject: row.subject,
    sentAt: row.sent_at,
    openedAt: row.opened_at,
    clickedAt: row.clicked_at,
    mode: row.mode,
    email: row.email,
    leadRef: row.lead_ref,
    cause: row.cause,
    hops: row.hops,
  }));
}
