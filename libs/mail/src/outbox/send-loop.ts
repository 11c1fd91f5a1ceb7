import { type Database, type JobRow, type JobSlice, type Sealer, startJobLoop, type WriteSlice } from '@drippulse/db';
import type { Loop, LoopLog } from '@drippulse/loops';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { type Attachment, type Mailer, MailFailure, mailTimeoutMs } from '../transport/mailer.ts';
import { attachedFile, mailContext, mailJobs, readMail } from './stored-mail.ts';

/** The result of an attempt to send a mail. A mail that was `put_off` is retried. */
export type MailOutcome = 'sent' | 'put_off' | 'failed';

const firstPauseMs = 60_000;
const longestPauseMs = 6 * 3_600_000;
/** Maximum number of attempts. They span two days. The pause between them doubles up to six hours. */
const mostAttempts = 16;
const forgottenAfterDays = 90;
const forgottenAtOnce = 100;

/**
 * Sends the mails that were added, one after the other, until it is stopped. A mail that the server refuses for good is
 * not tried again. Any other mail that fails is sent again with equal bytes for two days. If a process dies after a
 * mail was sent and before this is committed, the mail is sent again, with an equal Message-ID.
 */
export function startMailLoop<DB>(o: {
  db: Database<DB>;
  log: LoopLog;
  /** Undefined in an installation that sends no mail. The loop then does nothing. */
  mailer: Mailer | undefined;
  /** Opens sealed mails, in a table with `allowSealedMails`. Default: the service has no sealed mails. */
  sealer?: Sealer;
  /**
   * Reads the file of a mail by its `ref`, with equal bytes each time; undefined when the file is gone, so that the
   * mail is never sent. Default: no mail has a file.
   */
  readFile?(file: { organizationId: bigint; ref: string }): Promise<Buffer | undefined>;
  /** Called after each attempt. */
  onAttempt(outcome: MailOutcome): void;
}): Pick<Loop, 'wake' | 'stop'> {
  const { db, log, mailer, sealer, onAttempt, readFile = async () => undefined } = o;
  if (mailer === undefined) return { wake: () => undefined, stop: async () => undefined };
  return startJobLoop<DB>({
    db,
    kind: mailJobs,
    log,
    // The lease is twice the deadline of a mail, because the server may use the whole deadline.
    leaseSeconds: (2 * mailTimeoutMs) / 1_000,
    async slice(job) {
      const row = await findMail(db.kysely, job, sealer);
      if (row === undefined) return (trx) => endJob(trx, job);
      const attempt = await send(mailer, row, (ref) => readFile({ organizationId: job.organization_id, ref }));
      onAttempt(attempt.outcome);
      return recordAttempt(job, row, attempt, sealer !== undefined);
    },
    onCommitted: () => undefined,
  });
}

type MailRow = { id: bigint; key: string; mail: string; attempts: number };

const inputSchema = z.object({ mail: z.string() });

/** Finds the mail of a job; undefined if the mail was already sent or has failed for good. */
async function findMail<DB>(db: Kysely<DB>, job: JobRow, sealer: Sealer | undefined): Promise<MailRow | undefined> {
  const { mail: id } = inputSchema.parse(JSON.parse(job.input));
  const box = sealer === undefined ? sql`null::bytea` : sql`sealed_mail`;
  const { rows } = await sql<MailRow & { box: Buffer | null }>`
    select id, key, mail, attempts, ${box} as box from mails
    where id = ${BigInt(id)} and organization_id = ${job.organization_id} and status = 'queued'`.execute(db);
  const [row] = rows;
  if (row?.box == null || sealer === undefined) return row;
  return { ...row, mail: sealer.open(row.box, mailContext(job.organization_id, row.key)).toString() };
}

type Attempt = { outcome: MailOutcome; error: string | null };

async function send(
  mailer: Mailer,
  { key, mail, attempts }: MailRow,
  readFile: (ref: string) => Promise<Buffer | undefined>,
): Promise<Attempt> {
  const file = attachedFile(mail);
  const content = file && (await readFile(file.ref));
  if (file !== undefined && content === undefined) return { outcome: 'failed', error: 'its file is gone' };
  const attachments =
    file && content && ([{ filename: file.filename, contentType: file.contentType, content }] satisfies Attachment[]);
  try {
    const whole = { ...readMail(mail), ...(attachments && { attachments }) };
    await mailer.send(key, whole, AbortSignal.timeout(mailTimeoutMs));
    return { outcome: 'sent', error: null };
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    const isOver = error.isRefused || attempts + 1 >= mostAttempts;
    return { outcome: isOver ? 'failed' : 'put_off', error: error.message };
  }
}

function recordAttempt<DB>(
  job: JobRow,
  { id, attempts }: MailRow,
  { outcome, error }: Attempt,
  hasSealed: boolean,
): WriteSlice<DB> {
  if (outcome === 'put_off') {
    return async (trx) => {
      await sql`update mails set attempts = attempts + 1, error = ${error} where id = ${id}`.execute(trx);
      const waitMs = Math.min(firstPauseMs * 2 ** attempts, longestPauseMs);
      return { cursor: job.cursor ?? 'null', processed: 0, isFinished: false, waitMs };
    };
  }
  return async (trx) => {
    await sql`
      update mails
      set status = ${outcome}, attempts = attempts + 1, error = ${error}, mail = null,
        ${hasSealed ? sql`sealed_mail = null,` : sql``} finished_at = clock_timestamp()
      where id = ${id}`.execute(trx);
    await forgetOldMails(trx);
    return endJob(trx, job);
  };
}

/** Ends a job by deleting it, because a finished job shows nothing that the row of its mail does not show. */
async function endJob<DB>(trx: Transaction<DB>, job: JobRow): Promise<JobSlice> {
  await sql`delete from jobs where id = ${job.id}`.execute(trx);
  return { cursor: 'null', processed: 1, isFinished: true };
}

async function forgetOldMails<DB>(trx: Transaction<DB>): Promise<void> {
  await sql`
    delete from mails where id in (
      select id from mails where finished_at < now() - ${forgottenAfterDays} * interval '1 day'
      order by finished_at limit ${forgottenAtOnce} for update skip locked)`.execute(trx);
}
