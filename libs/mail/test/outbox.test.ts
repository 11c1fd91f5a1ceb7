import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, createJobsTable, createSealer, type Database, resealColumn } from '@drippulse/db';
import { createTestDatabase, eventually, type TestDatabase } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { simpleParser } from 'mailparser';
import {
  addNotices,
  addSecretNotices,
  allowSealedMails,
  createMailer,
  createMailsTable,
  type Mailer,
  MailFailure,
  sealedMails,
  startMailLoop,
} from '../src/index.ts';

let database: TestDatabase;
let db: Database<unknown>;
let folder: string;
const loops: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  database = await createTestDatabase({ name: 'mails' });
  db = connectDatabase<unknown>({ url: database.url, schema: 'public', service: 't', log: { warn: () => undefined } });
  await createJobsTable(db.kysely);
  await createMailsTable(db.kysely);
  folder = await mkdtemp(join(tmpdir(), 'mails-'));
});
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop();
  await db.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const mailFrom = 'Drip <drip@example.com>';
const log = { error: () => undefined, info: () => undefined };

function add(
  key: string,
  date = new Date('2026-11-27T08:00:00Z'),
  attachment?: { ref: string; filename: string; contentType: string },
): Promise<void> {
  const notice = { subject: 'Something waits', paragraphs: ['Look at it.'], items: [], reason: 'You asked for it.' };
  const to = { name: 'Ada', address: 'ada@example.com' };
  return db.kysely
    .transaction()
    .execute((trx) =>
      addNotices(trx, [{ organizationId: 1n, key, to, notice, ...(attachment && { attachment }) }], { mailFrom, date }),
    );
}

function start(mailer: Mailer): void {
  loops.push(startMailLoop({ db, log, mailer, onAttempt: () => undefined }));
}

/**
 * Makes a mailer that writes to the folder. Its first calls fail after the mail was sent, as if the process had died.
 */
function fallible(failures: number): { mailer: Mailer; written: string[] } {
  const files = createMailer({ smtpUrl: undefined, mailFrom, mailDir: folder });
  if (files === undefined) throw new Error('there is a folder');
  const written: string[] = [];
  let left = failures;
  async function send(...parameters: Parameters<Mailer['send']>) {
    await files?.send(...parameters);
    for (const name of await readdir(folder)) written.push(await readFile(join(folder, name), 'utf8'));
    left -= 1;
    if (left >= 0) throw new MailFailure('the answer was lost', false);
    return undefined;
  }
  return { mailer: { ...files, send }, written };
}

async function stored() {
  const { rows } = await sql<{ key: string; status: string; mail: string | null }>`
    select key, status, mail from mails order by id`.execute(db.kysely);
  return rows;
}

test('a mail whose outcome is not known is sent again with the same bytes', async () => {
  const { mailer, written } = fallible(1);
  await add('a:1');
  start(mailer);
  await eventually(() => expect(written).toHaveLength(1));
  await eventually(async () => {
    await sql`update jobs set wake_at = now()`.execute(db.kysely);
    expect(written).toHaveLength(2);
  });
  expect(written[1]).toBe(written[0]);
  const mail = await simpleParser(written[0] ?? '');
  expect(mail.date).toEqual(new Date('2026-11-27T08:00:00Z'));
  await eventually(async () => expect(await stored()).toEqual([{ key: 'a:1', status: 'sent', mail: null }]));
});

test('a key has one mail, also after it was sent and from two processes', async () => {
  await Promise.all([add('a:1'), add('a:1', new Date()), add('a:2')]);
  const { mailer, written } = fallible(0);
  start(mailer);
  start(mailer);
  await eventually(async () => expect((await stored()).map(({ status }) => status)).toEqual(['sent', 'sent']));
  await add('a:1');
  const { rows } = await sql`select from jobs`.execute(db.kysely);
  expect(rows).toHaveLength(0);
  expect(new Set(written).size).toBe(2);
});

test('a mail of a transaction that is rolled back is not sent', async () => {
  const notice = { subject: 'No', paragraphs: [], items: [], reason: '' };
  const to = { name: '', address: 'ada@example.com' };
  await expect(
    db.kysely.transaction().execute(async (trx) => {
      await addNotices(trx, [{ organizationId: 1n, key: 'a:1', to, notice }], { mailFrom, date: new Date() });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await stored()).toEqual([]);
});

test('a mail whose text is a secret waits sealed, also by another key, goes out in clear, and leaves nothing', async () => {
  await allowSealedMails(db.kysely);
  const [old, current] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
  const notice = {
    subject: 'A link',
    paragraphs: ['https://example.com/#token=s3cret'],
    items: [],
    reason: 'You asked.',
  };
  const to = { name: 'Ada', address: 'ada@example.com' };
  await db.kysely.transaction().execute((trx) =>
    addSecretNotices(trx, [{ organizationId: 1n, key: 'link:1', to, notice }], {
      mailFrom,
      date: new Date(),
      sealer: createSealer(old ?? ''),
    }),
  );
  const everything = async () => {
    const { rows } = await sql<{ text: string }>`
      select mails::text || encode(sealed_mail, 'escape') || jobs::text as text from mails, jobs`.execute(db.kysely);
    return rows.map(({ text }) => text).join();
  };
  expect(await everything()).toContain('link:1');
  expect(await everything()).not.toContain('s3cret');
  const sealer = createSealer(`${current},${old}`);
  expect(await resealColumn(db.kysely, sealer, sealedMails)).toMatchObject({ resealed: 1 });
  const { mailer, written } = fallible(0);
  loops.push(startMailLoop({ db, log, mailer, sealer: createSealer(current ?? ''), onAttempt: () => undefined }));
  await eventually(async () => expect(await stored()).toEqual([{ key: 'link:1', status: 'sent', mail: null }]));
  expect((await simpleParser(written[0] ?? '')).text).toContain('s3cret');
  const { rows } = await sql`select from mails where sealed_mail is not null`.execute(db.kysely);
  expect(rows).toEqual([]);
});

const file = { ref: '12', filename: 'müller "a".csv', contentType: 'text/csv; charset=utf-8' };

/** Starts a loop that has one file: the file with `ref` 12 of organization 1. */
function startWithFile(mailer: Mailer, content: Buffer | undefined): void {
  const readFile = async ({ organizationId, ref }: { organizationId: bigint; ref: string }) =>
    organizationId === 1n && ref === file.ref ? content : undefined;
  loops.push(startMailLoop({ db, log, mailer, readFile, onAttempt: () => undefined }));
}

test('a file goes with its mail, whatever its bytes, and a repeat has the same ones', async () => {
  const content = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));
  const { mailer, written } = fallible(1);
  await add('a:1', new Date('2026-11-27T08:00:00Z'), file);
  startWithFile(mailer, content);
  await eventually(async () => {
    await sql`update jobs set wake_at = now()`.execute(db.kysely);
    expect(written).toHaveLength(2);
  });
  expect(written[1]).toBe(written[0]);
  const mail = await simpleParser(written[0] ?? '');
  expect(mail.text).toContain('Look at it.');
  expect(mail.attachments).toEqual([
    expect.objectContaining({ filename: file.filename, contentType: 'text/csv', content }),
  ]);
});

test('a mail whose file is gone is given up, and goes to nobody without it', async () => {
  const { mailer, written } = fallible(0);
  await add('a:1', new Date(), file);
  startWithFile(mailer, undefined);
  await eventually(async () => expect(await stored()).toEqual([{ key: 'a:1', status: 'failed', mail: null }]));
  expect(written).toEqual([]);
});
