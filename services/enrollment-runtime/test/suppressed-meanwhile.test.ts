import { CapWindow } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { SuppressionReason } from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { days, startMailing } from './mailing.ts';

const minuteMs = 60_000;
const night = { from: '21:00', to: '08:00', days: [] };
const daily = { id: 'daily', limit: 1, per: days(1), window: CapWindow.ROLLING };

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing();
});
afterAll(() => mailing.stop());

type Organization = ReturnType<typeof mailing.newOrganization>;

let people = 0;

/** Returns a person who has had no mail. */
function newPerson(): string {
  people += 1;
  return `meanwhile${people}@example.org`;
}

const suppress = ({ caller }: Organization, email: string, reason: SuppressionReason = SuppressionReason.UNSUBSCRIBE) =>
  mailing.harness.suppressions(caller).createSuppression({ email, reason });

/** Returns an organization's decisions about mails to a person, with their reasons. */
async function decisionsOf({ organizationId }: Organization): Promise<string[]> {
  const rows = await mailing.harness.db
    .selectFrom('sends')
    .select(['status', 'decision', 'rule', 'reason'])
    .where('organization_id', '=', organizationId)
    .execute();
  return rows.map(({ status, decision, rule, reason }) => `${status} ${decision} ${rule}: ${reason}`);
}

test('a person who unsubscribes while a wait runs gets no mail after it, and the timeline says why', async () => {
  const organization = mailing.newOrganization();
  const email = newPerson();
  const workflow = await organization.mailing({}, [{ type: 'wait', id: 'pause', duration: 2, unit: 'days' }]);
  const [id = 0n] = await organization.enroll(workflow, [email]);
  await eventually(async () => expect((await organization.read(workflow, id)).isWaiting).toBe(true));
  await suppress(organization, email);
  mailing.pass(49 * 60 * minuteMs);
  const line = await organization.lineOf(workflow, id, /^Skipped/);
  expect(line).toMatchObject({ message: `Skipped: ${email} is suppressed (unsubscribe)`, stepId: 'mail' });
  expect((await organization.read(workflow, id)).completedAt).toBeDefined();
  expect(organization.mailsTo(email)).toEqual([]);
  expect(await decisionsOf(organization)).toEqual([
    `skipped suppressed suppression: ${email} is suppressed (unsubscribe)`,
  ]);
});

test('a person who complains while a mail is held gets it neither then nor afterwards, and the timeline says why', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ quietHours: [night], caps: [daily] });
  mailing.passToHour(22);
  const email = newPerson();
  const workflow = await organization.mailing();
  const [id = 0n] = await organization.enroll(workflow, [email]);
  await organization.lineOf(workflow, id, /^Held until .*quiet hours/);
  await suppress(organization, email, SuppressionReason.COMPLAINT);
  mailing.passToHour(8);
  mailing.pass(minuteMs);
  await organization.lineOf(workflow, id, `Skipped: ${email} is suppressed (complaint)`);
  expect(organization.mailsTo(email)).toEqual([]);
  // The suppressed send neither freed nor used a place, so no other decision changed.
  const [, ...more] = await decisionsOf(organization);
  expect(more).toEqual([]);
});

test('a person who unsubscribes between a 451 and the repeat gets no repeat, and the timeline says why', async () => {
  const organization = mailing.newOrganization();
  const email = newPerson();
  mailing.server.refusalsTo.set(email, [{ code: 451, message: 'come back later' }]);
  const workflow = await organization.mailing();
  const [id = 0n] = await organization.enroll(workflow, [email]);
  await organization.lineOf(workflow, id, /^Attempt 1.*come back later/);
  await suppress(organization, email);
  mailing.pass(10 * minuteMs);
  await organization.lineOf(workflow, id, `Skipped: ${email} is suppressed (unsubscribe)`);
  expect(organization.mailsTo(email)).toEqual([]);
  const { deliveries } = await organization.read(workflow, id);
  expect(deliveries).toHaveLength(1);
  expect(await decisionsOf(organization)).toEqual([
    `skipped suppressed suppression: ${email} is suppressed (unsubscribe)`,
  ]);
});
