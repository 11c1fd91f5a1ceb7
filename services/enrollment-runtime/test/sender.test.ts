import { createHash, createPublicKey, createVerify, randomBytes } from 'node:crypto';
import { createSealer, type Database, resealColumn, type Sealer } from '@drippulse/db';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DB } from '../src/db/schema.ts';
import { openPrivateKey } from '../src/messaging/senders/private-keys.ts';
import { sealedColumns } from '../src/sealed-columns.ts';
import { startMailing } from './mailing.ts';
import { json, refusal } from './workflow.ts';

/**
 * The TXT records of the name servers, the names for which the name servers do not respond, and the names that were
 * looked up.
 */
const records = new Map<string, string[]>();
const silent = new Set<string>();
const asked: string[] = [];

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({
    runtimes: 1,
    async lookUpTxt(name) {
      asked.push(name);
      return silent.has(name) ? undefined : (records.get(name) ?? []);
    },
  });
});
afterAll(() => mailing.stop());

type Organization = ReturnType<typeof mailing.newOrganization>;

/** Adds a domain and publishes its records. */
async function addDomain({ admin }: Organization, domain: string) {
  const { sendingDomain } = await mailing.harness.sender(admin).createSendingDomain({ domain });
  if (sendingDomain === undefined) throw new Error('no domain was made');
  const publish = () => {
    for (const { name, value } of sendingDomain.records) records.set(name, [...(records.get(name) ?? []), value]);
  };
  const verify = async () =>
    (await mailing.harness.sender(admin).verifySendingDomain({ id: sendingDomain.id })).sendingDomain;
  return { ...sendingDomain, publish, verify };
}

/** Returns the mail that a step with these parameters sends, and the mail's line. */
async function sent(organization: Organization, step: Parameters<Organization['mailing']>[0], contact = 'to') {
  const email = `${contact}.${organization.organizationId}@example.org`;
  const workflow = await organization.mailing(step);
  const [id = 0n] = await organization.enroll(workflow, [email]);
  const line = await organization.lineOf(workflow, id, /^Sent/);
  const mail = organization.mailsTo(email).at(-1);
  if (mail === undefined) throw new Error('no mail arrived');
  return { mail, line: line?.message ?? '' };
}

test('a domain sends once its owner has published both records, and its mails are signed', async () => {
  const organization = mailing.newOrganization();
  const domain = await addDomain(organization, 'Acme.Example.');
  expect(domain).toMatchObject({ domain: 'acme.example', verified: false });
  expect(await domain.verify()).toMatchObject({ verified: false, records: [{ found: false }, { found: false }] });
  expect(
    await refusal(
      mailing.harness
        .sender(organization.admin)
        .updateSender({ fromEmail: 'ada@acme.example', updateMask: { paths: ['from_email'] } }),
    ),
  ).toBe('invalid sender_not_verified');
  const unverified = await sent(organization, { from: 'Ada <ada@acme.example>' });
  expect(unverified.mail.parsed.from?.text).toBe('"Ada" <drip@platform.example>');
  expect(unverified.mail.parsed.replyTo?.text).toBe('ada@acme.example');
  expect(unverified.line).toContain('ada@acme.example is not at a verified domain');

  domain.publish();
  expect(await domain.verify()).toMatchObject({ verified: true, records: [{ found: true }, { found: true }] });
  await mailing.harness.sender(organization.admin).updateSender({
    fromName: 'Ada of Acme',
    fromEmail: 'ada@acme.example',
    postalAddress: '1 Main <Street>\nLondon',
    updateMask: { paths: ['from_name', 'from_email', 'postal_address'] },
  });
  const { mail, line } = await sent(organization, { body: '<body><p>Hello</p></body>' });
  expect(mail.parsed.from?.text).toBe('"Ada of Acme" <ada@acme.example>');
  expect(mail.from).toBe('drip@platform.example');
  expect(line).not.toContain('warning');
  expect(mail.parsed.html).toMatch(/1 Main &lt;Street&gt;<br>London<\/p><p[^>]*><a [^>]*>[^<]*<\/a><\/p><\/body>/);
  expect(mail.parsed.text).toContain('1 Main <Street>\nLondon');
  expect(isSigned(mail.raw, domain.records[1]?.value ?? '')).toBe(true);
  const plain = await sent(organization, { class: 'transactional' });
  expect(plain.mail.parsed.text).not.toContain('London');
});

/** Moves the time forward by hours and restarts the runtime. Its loop then checks the domains that have become due. */
async function check(hours: number): Promise<void> {
  mailing.pass(hours * 3_600_000);
  await mailing.harness.stopRuntimes();
  await mailing.harness.startRuntime();
}

test('a verified domain is looked up every day, and after three checks without its records it is not verified any more', async () => {
  const organization = mailing.newOrganization();
  const { organizationId } = organization;
  const member = (userId: bigint, role: Role) =>
    mailing.harness.members.push({
      organizationId,
      userId,
      email: `member${userId}.${organizationId}@example.org`,
      role,
    });
  member(1n, Role.ADMIN);
  member(2n, Role.EDITOR);
  const domain = await addDomain(organization, 'gone.example');
  domain.publish();
  await domain.verify();
  const stored = async () => {
    const row = await mailing.harness.db
      .selectFrom('sending_domains')
      .select(['verified_at', 'missed_checks', 'checked_at'])
      .where('id', '=', domain.id)
      .executeTakeFirstOrThrow();
    return { isVerified: row.verified_at !== null, missed: row.missed_checks, checkedAt: row.checked_at };
  };
  const before = await stored();
  const { name = '', value = '' } = domain.records[1] ?? {};
  silent.add(name);
  asked.length = 0;
  await check(25);
  // Unanswered lookups change nothing.
  await eventually(() => expect(asked).toContain(name));
  expect(await stored()).toEqual(before);
  silent.delete(name);
  records.set(name, []);
  await check(2);
  await eventually(async () => expect(await stored()).toMatchObject({ isVerified: true, missed: 1 }));
  records.set(name, [value]);
  await check(2);
  await eventually(async () => expect(await stored()).toMatchObject({ isVerified: true, missed: 0 }));
  records.set(name, []);
  for (const [index, hours] of [25, 2, 2].entries()) {
    await check(hours);
    const missed = index + 1;
    await eventually(async () => expect(await stored()).toMatchObject({ isVerified: missed < 3, missed }));
  }
  const notice = await eventually(() => {
    const [found] = organization.mailsTo(`member1.${organizationId}@example.org`);
    if (found === undefined) throw new Error('no mail has come');
    return found;
  });
  expect(notice.parsed.subject).toBe('The sending domain gone.example is no longer verified');
  expect(notice.parsed.text).toContain('DKIM key');
  expect(organization.mailsTo(`member2.${organizationId}@example.org`)).toEqual([]);
  const unsigned = await sent(organization, { from: 'Ada <ada@gone.example>' });
  expect(unsigned.mail.parsed.from?.value[0]?.address).toBe('drip@platform.example');
  expect(unsigned.line).toContain('ada@gone.example is not at a verified domain');
  records.set(name, [value]);
  expect(await domain.verify()).toMatchObject({ verified: true });
  expect(await stored()).toMatchObject({ isVerified: true, missed: 0 });
});

async function reseal({ db, sealer }: { db: Database<DB>; sealer: Sealer }): Promise<void> {
  const column = sealedColumns.find(({ table }) => table === 'sending_domains');
  if (column === undefined) throw new Error('keys of domains are not sealed anew');
  await resealColumn(db.kysely, sealer, column);
}

test('keys of domains are sealed by the first key, and open by it alone afterwards', async () => {
  const organization = mailing.newOrganization();
  const { id } = await addDomain(organization, 'sealed.example');
  const old = mailing.harness.config.encryptionKeys;
  const fresh = randomBytes(32).toString('base64');
  const rotating = { db: mailing.harness.connect(2), sealer: createSealer(`${fresh},${old}`) };
  const read = async () =>
    (
      await mailing.harness.db
        .selectFrom('sending_domains')
        .select('private_key')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).private_key;
  const before = openPrivateKey(createSealer(old), id, await read());
  await reseal(rotating);
  expect(openPrivateKey(createSealer(fresh), id, await read())).toBe(before);
  // The other processes still have only the old key.
  const back = { ...rotating, sealer: createSealer(`${old},${fresh}`) };
  await reseal(back);
});

test('no organization sends as the domain of another', async () => {
  const [owner, other] = [mailing.newOrganization(), mailing.newOrganization()];
  const owned = await addDomain(owner, 'owned.example');
  owned.publish();
  expect((await owned.verify())?.verified).toBe(true);
  const wanted = await addDomain(other, 'owned.example');
  wanted.publish();
  expect(await refusal(wanted.verify())).toBe('already_exists sending_domain_taken');
  const { sender } = mailing.harness;
  const change = { fromEmail: 'boss@owned.example', updateMask: { paths: ['from_email'] } };
  expect(await refusal(sender(other.admin).updateSender(change))).toBe('invalid sender_not_verified');
  expect(await refusal(sender(other.admin).verifySendingDomain({ id: owned.id }))).toBe(
    'not_found sending_domain_not_found',
  );
  const { unverified } = await mailing.harness
    .senderChecks({ ...other.admin, actor: { type: 'service', id: 'workflows' } })
    .checkSenders({
      addresses: ['boss@owned.example', '*@owned.example', 'DRIP@platform.example', 'x@platform.example'],
    });
  expect(unverified).toEqual(['boss@owned.example', '*@owned.example', 'x@platform.example']);
  for (const from of [
    'boss@owned.example',
    '"boss@owned.example" <drip@platform.example>',
    'Boss <boss@OWNED.example>',
    '{{ email | replace: "example.org", "owned.example" }}',
  ]) {
    const { mail } = await sent(other, { from });
    expect(mail.raw.split('\r\n\r\n')[0]).not.toMatch(/^(From|Sender|Bcc):.*owned\.example|^Bcc:|^DKIM-Signature/im);
    expect(mail.parsed.from?.value[0]?.address).toBe('drip@platform.example');
  }
  const injected = await other.mailing({ from: '{{ sender }}' });
  const contacts = json([{ email: 'eve@example.org', sender: 'boss@owned.example\r\nBcc: all@example.org' }]);
  const { enrollmentIds } = await mailing.harness
    .enrollments(other.caller)
    .bulkEnroll({ workflowId: injected, contacts });
  await other.lineOf(injected, enrollmentIds[0] ?? 0n, /^Failed: from is not an email address/);
});

test.each(['localhost', 'a b.example', '127.0.0.1', 'ada@acme.example', '-a.example', `${'x'.repeat(64)}.example`])(
  'the domain %j is refused',
  async (domain) => {
    const { admin } = mailing.newOrganization();
    expect(await refusal(mailing.harness.sender(admin).createSendingDomain({ domain }))).toBe(
      'invalid validation_failed',
    );
  },
);

test.each([
  { fromName: 'Ada\r\nBcc: all@example.org' },
  { fromName: 'boss@other.example' },
  { replyTo: 'a@b.example, c@d.example' },
  {
    categories: [
      { key: 'a', name: 'A' },
      { key: 'a', name: 'B' },
    ],
  },
])('the sender %j is refused', async (changes) => {
  const { admin } = mailing.newOrganization();
  const paths = Object.keys(changes).map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  expect(await refusal(mailing.harness.sender(admin).updateSender({ ...changes, updateMask: { paths } }))).toBe(
    'invalid validation_failed',
  );
});

/** Whether the DKIM signature of a mail was made with the key in a record (RFC 6376, relaxed canonicalization). */
function isSigned(raw: string, record: string): boolean {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const fields = head.split(/\r\n(?![ \t])/);
  const signature = fields.find((field) => /^dkim-signature:/i.test(field)) ?? '';
  const tags = new Map(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map((tag) => {
        const at = tag.indexOf('=');
        return [tag.slice(0, at).trim(), tag.slice(at + 1).replace(/\s+/g, '')] as const;
      }),
  );
  const body = rest
    .join('\r\n\r\n')
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=\r\n)/g, '')
    .replace(/(\r\n)*$/, '\r\n');
  if (createHash('sha256').update(body).digest('base64') !== tags.get('bh')) return false;
  const relaxed = (field: string) => {
    const at = field.indexOf(':');
    return `${field.slice(0, at).toLowerCase().trim()}:${field
      .slice(at + 1)
      .replace(/\r\n/g, '')
      .replace(/[ \t]+/g, ' ')
      .trim()}`;
  };
  const signed = (tags.get('h') ?? '').split(':').map((name) => {
    const field = fields.findLast((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`)) ?? '';
    return relaxed(field);
  });
  const bare = relaxed(signature).replace(/(\bb=)[^;]+/, '$1');
  const key = createPublicKey({
    key: Buffer.from(/p=(.*)$/.exec(record)?.[1] ?? '', 'base64'),
    format: 'der',
    type: 'spki',
  });
  return createVerify('sha256')
    .update([...signed, bare].join('\r\n'))
    .verify(key, tags.get('b') ?? '', 'base64');
}
