import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startMailing } from './mailing.ts';

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing();
  // Starts in the middle of a day, so that no month ends while a test runs.
  mailing.passToHour(12);
});
afterAll(() => mailing.stop());

const people = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => `${name}${index}@quota.example`);

test('beyond the quota marketing mails of two processes are held exactly, transactional ones go, and all count', async () => {
  const organization = mailing.newOrganization();
  const { organizationId } = organization;
  const { harness } = mailing;
  const usage = () => harness.usage('emails', organizationId);
  await harness.entitle({ emails: 10 }, { organizationId });
  const marketing = await organization.mailing();
  const all = people(25, 'm');
  const ids = await organization.enroll(marketing, all);
  for (const id of ids)
    await organization.lineOf(marketing, id, /^(Sent to|Held until .*: the plan includes 10 mails)/);
  const sent = () => mailing.server.mails.filter(({ to }) => all.includes(to[0] ?? '')).length;
  expect(sent()).toBe(10);
  expect(await usage()).toMatchObject({ used: 10n, limit: 10n, held: 15n });
  const read = await Promise.all(ids.map((id) => organization.read(marketing, id)));
  const held = read.find(({ isWaiting }) => isWaiting);
  expect(held?.heldBy).toMatchObject({ rule: 'quota', until: { seconds: (await usage()).resetsAt?.seconds } });

  const transactional = await organization.mailing({ class: 'transactional' });
  const [receipt = 0n] = await organization.enroll(transactional, ['receipt@quota.example']);
  await organization.lineOf(transactional, receipt, /^Sent to/);
  expect(await usage()).toMatchObject({ used: 11n, held: 15n });

  // When the limit rises, as many mails leave as the limit has room for. The remaining mails leave when the month
  // changes.
  await harness.entitle({ emails: 15 }, { organizationId });
  await eventually(() => expect(sent()).toBe(14));
  await eventually(async () => expect(await usage()).toMatchObject({ used: 15n, held: 11n }));
  mailing.pass(Number((await usage()).resetsAt?.seconds ?? 0n) * 1_000 - Date.now() - harness.shiftMs() + 1_000);
  await eventually(() => expect(sent()).toBe(25));
  expect(await usage()).toMatchObject({ used: 11n, held: 0n });
});

test('a mail that fails for good gives its place back, and one that is tried again is counted once', async () => {
  const organization = mailing.newOrganization();
  const { organizationId } = organization;
  await mailing.harness.entitle({ emails: 5 }, { organizationId });
  const workflowId = await organization.mailing();
  const [bad = '', slow = ''] = people(2, 'f');
  mailing.server.refusalsTo.set(bad, [{ code: 550, message: 'no such user' }]);
  mailing.server.refusalsTo.set(slow, [{ code: 451, message: 'later' }]);
  const [failed = 0n, later = 0n] = await organization.enroll(workflowId, [bad, slow]);
  await organization.lineOf(workflowId, failed, /^Failed/);
  await eventually(async () => {
    mailing.pass(60_000);
    const { actionTimeline } = await organization.read(workflowId, later);
    expect(actionTimeline.at(-1)?.message).toMatch(/^Sent to/);
  });
  expect(await mailing.harness.usage('emails', organizationId)).toMatchObject({ used: 1n });
});
