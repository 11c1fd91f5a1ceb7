import { addJob, type Sealer } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import type { Notice } from '../notices/notice.ts';
import { renderNotice } from '../notices/render.ts';
import type { Address } from '../transport/mailer.ts';
import { type AttachedFile, mailContext, mailJobs, packMail } from './stored-mail.ts';

/** A notice for one person. An organization sends one mail for each key, however often the notice is added. */
export type OutgoingNotice = {
  organizationId: bigint;
  key: string;
  to: Address;
  notice: Notice;
  /** A file, which the loop reads with `readFile` when it sends the mail. */
  attachment?: AttachedFile;
};

/**
 * Adds mails in the transaction of the change that they report; wake the loop after the commit. Their sender is
 * DripPulse with the address in `mailFrom`, the value of `MAIL_FROM`; `date` is the value of their `Date` header. If a
 * key was added before, the notice is ignored, even after the mail of that key was sent.
 */
export async function addNotices<DB>(
  trx: Transaction<DB>,
  notices: readonly OutgoingNotice[],
  { mailFrom, date }: { mailFrom: string; date: Date },
): Promise<void> {
  for (const { organizationId, key, to, notice, attachment } of notices) {
    const mail = packMail(key, { from: senderOf(mailFrom), to, ...renderNotice(notice), date, attachment });
    const { rows } = await sql<{ id: bigint }>`
      insert into mails (organization_id, key, mail) values (${organizationId}, ${key}, ${mail}::json)
      on conflict (organization_id, key) do nothing returning id`.execute(trx);
    await queue(trx, organizationId, rows[0]);
  }
}

/**
 * Adds mails with secret text, as `addNotices` adds other mails. The waiting mails are sealed. The table must have been
 * changed by `allowSealedMails`.
 */
export async function addSecretNotices<DB>(
  trx: Transaction<DB>,
  notices: readonly OutgoingNotice[],
  { mailFrom, date, sealer }: { mailFrom: string; date: Date; sealer: Sealer },
): Promise<void> {
  for (const { organizationId, key, to, notice, attachment } of notices) {
    const mail = packMail(key, { from: senderOf(mailFrom), to, ...renderNotice(notice), date, attachment });
    const box = sealer.seal(Buffer.from(mail), mailContext(organizationId, key));
    const { rows } = await sql<{ id: bigint }>`
      insert into mails (organization_id, key, mail, sealed_mail) values (${organizationId}, ${key}, '"sealed"', ${box})
      on conflict (organization_id, key) do nothing returning id`.execute(trx);
    await queue(trx, organizationId, rows[0]);
  }
}

async function queue<DB>(
  trx: Transaction<DB>,
  organizationId: bigint,
  added: { id: bigint } | undefined,
): Promise<void> {
  if (added === undefined) return;
  await addJob(trx, { organizationId, kind: mailJobs, input: JSON.stringify({ mail: String(added.id) }), total: 1n });
}

/** Returns the sender. `MAIL_FROM` may have a name before its address. */
function senderOf(mailFrom: string): Address {
  return { name: 'DripPulse', address: /<([^<>]+)>\s*$/.exec(mailFrom)?.[1] ?? mailFrom };
}
