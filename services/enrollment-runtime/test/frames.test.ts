import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FaultPoint } from '../src/fault-points.ts';
import { startMailing } from './mailing.ts';

/** The TXT records that the name servers have. */
const records = new Map<string, string[]>();
/** The point at which a process loses the next result, as if it had died at that point. */
let lost: FaultPoint | undefined;

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({
    runtimes: 1,
    leaseMs: 1_000,
    lookUpTxt: async (name) => records.get(name) ?? [],
    fault(point) {
      if (point !== lost) return;
      lost = undefined;
      throw new Error('the process died');
    },
  });
});
afterAll(() => mailing.stop());

type Organization = ReturnType<typeof mailing.newOrganization>;

/** Adds a domain and verifies it. */
async function verify({ admin }: Organization, domain: string): Promise<bigint> {
  const sender = mailing.harness.sender(admin);
  const { sendingDomain } = await sender.createSendingDomain({ domain });
  if (sendingDomain === undefined) throw new Error('no domain was made');
  for (const { name, value } of sendingDomain.records) records.set(name, [...(records.get(name) ?? []), value]);
  const { sendingDomain: verified } = await sender.verifySendingDomain({ id: sendingDomain.id });
  expect(verified?.verified).toBe(true);
  return sendingDomain.id;
}

function remove({ admin }: Organization, id: bigint) {
  return mailing.harness.sender(admin).deleteSendingDomain({ id });
}

/** Ends the verification of a domain, as a check does when it does not find the domain's records. */
async function loseVerification(id: bigint): Promise<void> {
  await mailing.harness.db.updateTable('sending_domains').set({ verified_at: null }).where('id', '=', id).execute();
}

function updateSender({ admin }: Organization, name: string, domain: string) {
  const { sender } = mailing.harness;
  return sender(admin).updateSender({
    fromName: name,
    fromEmail: `${name}@${domain}`,
    replyTo: `answers.${name}@example.org`,
    postalAddress: `${name} Street 1\nLondon`,
    updateMask: { paths: ['from_name', 'from_email', 'reply_to', 'postal_address'] },
  });
}

/**
 * Returns the mails of two attempts, and calls `meanwhile` in between. The server accepts the first mail, but reports a
 * failure.
 */
async function sentTwice(organization: Organization, step: { from?: string }, meanwhile: () => Promise<unknown>) {
  const email = `twice.${organization.organizationId}@example.org`;
  const answered = Promise.withResolvers<void>();
  answered.promise.catch(() => undefined);
  answered.reject(Object.assign(new Error('come back later'), { responseCode: 451 }));
  mailing.server.pace.until = answered.promise;
  const body = '<p>Hello <a href="https://shop.example/">there</a></p>';
  const workflow = await organization.mailing({ ...step, body, track_clicks: true, track_opens: true });
  const [id = 0n] = await organization.enroll(workflow, [email]);
  await organization.lineOf(workflow, id, /^Attempt 1.*come back later/);
  delete mailing.server.pace.until;
  await meanwhile();
  mailing.pass(600_000);
  const line = await organization.lineOf(workflow, id, /^Sent/);
  const [first, second, ...others] = organization.mailsTo(email);
  if (first === undefined || second === undefined) throw new Error('two mails have to come');
  expect(others).toEqual([]);
  expect(second.parsed.messageId).toBe(first.parsed.messageId);
  return { first, second, line: line?.message ?? '' };
}

test('a repeat has the bytes of the first attempt, also when sender and domains were changed in between', async () => {
  const organization = mailing.newOrganization();
  await verify(organization, 'first.example');
  await updateSender(organization, 'ada', 'first.example');
  const { first, second, line } = await sentTwice(organization, {}, async () => {
    await verify(organization, 'second.example');
    await updateSender(organization, 'bob', 'second.example');
  });
  expect(first.raw).toContain('d=first.example');
  expect(first.parsed.text).toContain('ada Street 1');
  expect(second.raw).toBe(first.raw);
  expect(line).not.toContain('warning');
});

test('a repeat has the bytes of the first attempt, also when its domain was verified in between', async () => {
  const organization = mailing.newOrganization();
  const step = { from: 'Eve <eve@later.example>' };
  const { first, second, line } = await sentTwice(organization, step, () => verify(organization, 'later.example'));
  expect(first.parsed.from?.value[0]?.address).toBe('drip@platform.example');
  expect(second.raw).toBe(first.raw);
  expect(line).toContain('eve@later.example is not at a verified domain');
});

test('a mail that got its place before its sender was set is sent without it, and the next one with it', async () => {
  const organization = mailing.newOrganization();
  const { first, second } = await sentTwice(organization, {}, async () => {
    await verify(organization, 'new.example');
    await updateSender(organization, 'ada', 'new.example');
  });
  expect(second.raw).toBe(first.raw);
  const workflow = await organization.mailing();
  const [id = 0n] = await organization.enroll(workflow, ['next@example.org']);
  await organization.lineOf(workflow, id, /^Sent/);
  expect(organization.mailsTo('next@example.org')[0]?.parsed.from?.text).toBe('"ada" <ada@new.example>');
});

test.each<{ name: string; domain: string; lose(of: Organization, id: bigint): Promise<unknown> }>([
  { name: 'was removed', domain: 'removed.example', lose: remove },
  { name: 'is not verified any more', domain: 'unverified.example', lose: (_, id) => loseVerification(id) },
  {
    name: 'was removed and added anew, with another key',
    domain: 'anew.example',
    async lose(of, id) {
      await remove(of, id);
      await verify(of, 'anew.example');
    },
  },
  {
    name: 'belongs to another organization',
    domain: 'theirs.example',
    async lose(of, id) {
      await remove(of, id);
      await verify(mailing.newOrganization(), 'theirs.example');
    },
  },
])('a repeat whose domain $name goes out as the platform, unsigned', async ({ domain, lose }) => {
  const organization = mailing.newOrganization();
  const id = await verify(organization, domain);
  await updateSender(organization, 'ada', domain);
  const { first, second, line } = await sentTwice(organization, {}, () => lose(organization, id));
  expect(first.raw).toContain(`d=${domain}`);
  expect(second.parsed.from?.text).toBe('"ada" <drip@platform.example>');
  expect(second.raw).not.toMatch(/^DKIM-Signature/im);
  expect(second.parsed.replyTo?.text).toBe('answers.ada@example.org');
  expect(second.parsed.text).toBe(first.parsed.text);
  expect(line).toContain(`ada@${domain} is not at a verified domain`);
});

test('a mail whose result was lost after the ledger had it is not sent again, and counts as sent', async () => {
  const organization = mailing.newOrganization();
  const email = 'lost@example.org';
  const workflow = await organization.mailing();
  lost = 'after-send';
  const [id = 0n] = await organization.enroll(workflow, [email]);
  await eventually(() => expect(lost).toBeUndefined());
  // The organization's current sender does not affect mails that are already out.
  await verify(organization, 'after.example');
  await updateSender(organization, 'ada', 'after.example');
  // Moves past the end of the lease.
  mailing.pass(2_000);
  await organization.lineOf(workflow, id, `Sent to ${email}: "Hello"`);
  expect(organization.mailsTo(email)).toHaveLength(1);
  const { deliveries } = await organization.read(workflow, id);
  expect(deliveries).toMatchObject([{ attempts: 1, providerMessageId: expect.stringMatching(/^MAIL\d+$/) }]);
  const key = { workflowId: workflow, enrollmentId: id, id: deliveries[0]?.id ?? 0n };
  const { mail } = await mailing.harness.enrollments(organization.caller).getMail(key);
  expect(mail).toMatchObject({ from: 'Drip <drip@platform.example>' });
  const rows = await mailing.harness.db
    .selectFrom('sends')
    .select(['status', 'decision'])
    .where('organization_id', '=', organization.organizationId)
    .execute();
  expect(rows).toEqual([{ status: 'sent', decision: 'sent' }]);
});
