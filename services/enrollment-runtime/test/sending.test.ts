import { CapWindow } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { eventually } from '@drippulse/testing';
import { testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { days, startMailing } from './mailing.ts';
import { apply, json, refusal, workflowOf } from './workflow.ts';

const minuteMs = 60_000;
const night = { from: '21:00', to: '08:00', days: [] };
const daily = { id: 'daily', limit: 1, per: days(1), window: CapWindow.ROLLING };
const seed = testSeed('sends');

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing();
});
afterAll(() => mailing.stop());

/** Returns addresses that no other test uses. */
function people(count: number, name: string): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index}.${seed}@example.org`);
}

test('of three workflows that wait for the morning the one with the highest priority writes, and the others are held for it', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ quietHours: [night], caps: [daily] });
  mailing.passToHour(23);
  const all = people(20, 'herd');
  const workflows: bigint[] = [];
  const ids: bigint[][] = [];
  for (const priority of [10, 50, 90]) {
    const workflow = await organization.mailing({ priority });
    workflows.push(workflow);
    ids.push(await organization.enroll(workflow, all));
  }
  const [low = 0n, , high = 0n] = workflows;
  for (const [index, workflow] of workflows.entries()) {
    for (const id of ids[index] ?? []) await organization.lineOf(workflow, id, /^Held until .*: quiet hours/);
  }
  expect((await organization.read(low, ids[0]?.[0] ?? 0n)).heldBy).toMatchObject({ rule: 'quiet_hours' });
  expect(mailing.server.mails.filter(({ to }) => all.includes(to[0] ?? ''))).toEqual([]);

  // Moves past the end of the spread, during which some mails would still wait.
  mailing.passToHour(8);
  mailing.pass(minuteMs);
  for (const id of ids[2] ?? []) await organization.lineOf(high, id, /^Sent to/);
  for (const [index, id] of (ids[0] ?? []).entries()) {
    await organization.lineOf(low, id, /1 mail per day/);
    const { heldBy, isWaiting } = await organization.read(low, id);
    const lostTo = { workflowId: high, enrollmentId: ids[2]?.[index] };
    expect([isWaiting, heldBy]).toMatchObject([true, { rule: 'cap:daily', lostTo }]);
  }
  const sent = mailing.server.mails.filter(({ to }) => all.includes(to[0] ?? ''));
  expect(new Set(sent.map(({ to }) => to[0])).size).toBe(20);
  expect(new Set(sent.map(({ parsed }) => parsed.messageId)).size).toBe(20);

  // The next morning another send gets the place.
  mailing.pass(24 * 60 * minuteMs);
  const [, middle = 0n] = workflows;
  for (const id of ids[1] ?? []) await organization.lineOf(middle, id, /^Sent to/);
});

test('two workflows in two processes never write twice to a contact under a cap of one', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ caps: [daily] });
  mailing.passToHour(12);
  const all = people(25, 'race');
  const workflows = await Promise.all([1, 2, 3, 4].map(() => organization.mailing()));
  const enrolled = await Promise.all(workflows.map((workflow) => organization.enroll(workflow, all)));
  for (const [index, workflow] of workflows.entries()) {
    for (const id of enrolled[index] ?? []) await organization.lineOf(workflow, id, /^(Sent|Held)/);
  }
  for (const email of all) expect([email, organization.mailsTo(email).length]).toEqual([email, 1]);
});

test('a place that a failed mail gives back goes to the one that lost it, at once', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ quietHours: [night], caps: [daily] });
  mailing.passToHour(22);
  const all = people(15, 'freed');
  const [high, low] = [await organization.mailing({ priority: 90 }), await organization.mailing({ priority: 10 })];
  const first = await organization.enroll(high, all);
  const second = await organization.enroll(low, all);
  for (const id of second) await organization.lineOf(low, id, /quiet hours/);
  for (const id of first) await organization.lineOf(high, id, /quiet hours/);
  for (const email of all) mailing.server.refusalsTo.set(email, [{ code: 550, message: 'no such user' }]);
  mailing.passToHour(8);
  mailing.pass(minuteMs);
  for (const id of first) await organization.lineOf(high, id, /^Failed/);
  for (const id of second) await organization.lineOf(low, id, /^Sent to/);
});

test('a held mail ends when its enrollment is removed, or a goal ends it', async () => {
  const organization = mailing.newOrganization();
  const { caller, organizationId } = organization;
  await organization.rules({ quietHours: [night], caps: [daily] });
  mailing.passToHour(22);
  const [removed = '', cut = ''] = people(2, 'ended');
  const goals = [{ name: 'bought', event_name: 'order.paid', action: 'exit' }];
  const high = await organization.mailing({ priority: 90 }, [], { goals });
  const ids = await organization.enroll(high, [removed, cut]);
  for (const id of ids) await organization.lineOf(high, id, /quiet hours/);
  const statuses = async () => {
    const rows = await mailing.harness.db
      .selectFrom('sends')
      .select(['status', 'reason'])
      .where('organization_id', '=', organizationId)
      .where('workflow_id', '=', high)
      .orderBy('id')
      .execute();
    return rows.map(({ status, reason }) => `${status}: ${reason}`);
  };
  expect(await harnessSends(organizationId, 'held')).toHaveLength(2);
  await mailing.harness.enrollments(caller).deleteEnrollment({ workflowId: high, id: ids[0] ?? 0n });
  await mailing.harness.contactEvents(caller).acceptEvent({ name: 'order.paid', contact: json({ email: cut }) });
  await eventually(async () =>
    expect((await statuses()).sort()).toEqual(['skipped: a goal was met', 'skipped: the enrollment was removed']),
  );
  expect(await harnessSends(organizationId, 'held')).toEqual([]);
});

test('held mails end with the deletion of their workflow', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ quietHours: [night] });
  mailing.passToHour(22);
  const workflow = await organization.mailing();
  const ids = await organization.enroll(workflow, people(3, 'drained'));
  for (const id of ids) await organization.lineOf(workflow, id, /quiet hours/);
  const { organizationId } = organization;
  await apply(mailing.harness, workflowOf([{ type: 'trigger' }], { id: workflow }), { organizationId, deleted: true });
  await eventually(async () => expect(await harnessSends(organizationId, 'held')).toEqual([]));
  expect(await harnessSends(organizationId, 'skipped')).toHaveLength(3);
});

test('a mail that is tried again keeps its place', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ caps: [daily] });
  mailing.passToHour(12);
  const [email = ''] = people(1, 'retried');
  const [one, other] = [await organization.mailing(), await organization.mailing({ priority: 100 })];
  mailing.server.refusalsTo.set(email, [{ code: 451, message: 'come back later' }]);
  const [first = 0n] = await organization.enroll(one, [email]);
  await organization.lineOf(one, first, /^Attempt 1/);
  const [second = 0n] = await organization.enroll(other, [email]);
  await organization.lineOf(other, second, /^Held until/);
  mailing.pass(20_000);
  await organization.lineOf(one, first, /^Sent to/);
  expect(organization.mailsTo(email)).toHaveLength(1);
});

test('on_capped, expires_after and the class of a step decide what becomes of its mail', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ caps: [daily] });
  mailing.passToHour(12);
  const [email = ''] = people(1, 'capped');
  const first = await organization.mailing();
  const [sent = 0n] = await organization.enroll(first, [email]);
  await organization.lineOf(first, sent, /^Sent/);
  const line = async (step: Parameters<typeof organization.mailing>[0], text: RegExp) => {
    const workflow = await organization.mailing(step);
    const [id = 0n] = await organization.enroll(workflow, [email]);
    await organization.lineOf(workflow, id, text);
    return () => organization.lineOf(workflow, id, /^Skipped: it expired/);
  };
  await line({ on_capped: 'skip' }, /^Skipped: 1 mail per day/);
  await line({ class: 'transactional' }, /^Sent/);
  const expired = await line({ expires_after: { duration: 1, unit: 'hours' } }, /^Held until/);
  mailing.pass(61 * minuteMs);
  await expired();
});

test('a throughput spreads the mails of an organization', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ throughput: { perMinute: 60 } });
  const workflow = await organization.mailing();
  const ids = await organization.enroll(workflow, people(6, 'spread'));
  const held = await eventually(async () => {
    const rows = await Promise.all(ids.map((id) => organization.read(workflow, id)));
    for (const row of rows) expect(row.actionTimeline.at(-1)?.message).toMatch(/^(Sent|Held)/);
    return rows.filter((row) => row.heldBy !== undefined);
  });
  // Two mails leave in the first second, and one more in each second after it.
  expect(held.length).toBeGreaterThan(0);
  expect(held[0]?.heldBy?.rule).toBe('throughput');
  mailing.pass(10_000);
  for (const id of ids) await organization.lineOf(workflow, id, /^Sent/);
});

function harnessSends(organizationId: bigint, status: string) {
  return mailing.harness.db
    .selectFrom('sends')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('status', '=', status)
    .execute();
}

describe('suppressions', () => {
  test('nothing arrives after a suppression was answered', async () => {
    const organization = mailing.newOrganization();
    const all = people(40, 'gone');
    const workflow = await organization.mailing();
    const arrived = new Map<string, number>();
    mailing.server.pace.delayMs = 300;
    const ids = await organization.enroll(workflow, all);
    // Some people are suppressed before their mail is sent, and some while it is on its way.
    await eventually(async () => {
      const sending = harnessSends(organization.organizationId, 'sending');
      expect((await sending).length).toBeGreaterThan(0);
    });
    await Promise.all(
      all.map(async (email) => {
        await mailing.harness.suppressions(organization.caller).createSuppression({ email, reason: 1 });
        arrived.set(email, organization.mailsTo(email).length);
      }),
    );
    for (const id of ids) {
      await organization.lineOf(workflow, id, /^(Sent|Skipped: .* is suppressed \(unsubscribe\))/);
    }
    mailing.server.pace.delayMs = 0;
    for (const email of all) expect([email, organization.mailsTo(email).length]).toEqual([email, arrived.get(email)]);
    expect([...arrived.values()]).toContain(1);
  });

  test('an unsubscribe from a category stops that category, and nothing stops what a person waits for but bounces', async () => {
    const organization = mailing.newOrganization();
    const [email = ''] = people(1, 'choosy');
    const { suppressions } = mailing.harness;
    const outcome = async (step: Parameters<typeof organization.mailing>[0]) => {
      const workflow = await organization.mailing(step);
      const [id = 0n] = await organization.enroll(workflow, [email]);
      const line = await organization.lineOf(workflow, id, /^(Sent|Skipped)/);
      return line?.message.split(' ')[0];
    };
    await suppressions(organization.caller).createSuppression({
      email: email.toUpperCase(),
      category: 'news',
      reason: 1,
    });
    expect(await outcome({ category: 'news' })).toBe('Skipped:');
    expect(await outcome({ category: 'offers' })).toBe('Sent');
    expect(await outcome({ category: 'news', class: 'transactional' })).toBe('Sent');
    await suppressions(organization.caller).createSuppression({ email, reason: 2 });
    expect(await outcome({ class: 'transactional' })).toBe('Skipped:');
    // Another organization may still write to the same person.
    const other = mailing.newOrganization();
    const workflow = await other.mailing();
    const [id = 0n] = await other.enroll(workflow, [email]);
    await other.lineOf(workflow, id, /^Sent/);
  });

  test.each(['', 'name\r\nada@example.org\r\n', 'email\r\n"ada', 'email\r\n\0', '\xff\xfe'])(
    'the file %j is refused',
    async (text) => {
      const { caller } = mailing.newOrganization();
      const body = { contentType: 'text/csv', data: Buffer.from(text, 'latin1') };
      expect(await refusal(mailing.harness.suppressions(caller).importSuppressionsCsv({ body }))).toBe(
        'invalid suppressions_file_unreadable',
      );
    },
  );

  test('the same suppression again is the same row, and a file reports its bad rows', async () => {
    const { caller } = mailing.newOrganization();
    const api = mailing.harness.suppressions(caller);
    const made = await api.createSuppression({ email: 'Ada@Example.org' });
    expect(made.suppression).toMatchObject({ email: 'ada@example.org', source: 'api', reason: 4 });
    expect((await api.createSuppression({ email: 'ada@example.org' })).suppression?.id).toBe(made.suppression?.id);
    const data = Buffer.from(
      '\uFEFFEmail,reason\r\nada@example.org,\r\nbob@example.org,bounce\r\nno address,\r\neve@example.org,why\r\n',
    );
    const { import: report } = await api.importSuppressionsCsv({ body: { contentType: 'text/csv', data } });
    expect(report).toMatchObject({ created: 1n, unchanged: 1n, failed: 2n });
    expect(report?.errors).toMatchObject([
      { row: 4n, field: 'email' },
      { row: 5n, field: 'reason' },
    ]);
    expect((await api.listSuppressions({ email: 'BOB@example.org' })).suppressions).toMatchObject([
      { source: 'import', reason: 2 },
    ]);
    await api.deleteSuppression({ id: made.suppression?.id ?? 0n });
    expect(await refusal(api.deleteSuppression({ id: made.suppression?.id ?? 0n }))).toBe(
      'not_found suppression_not_found',
    );
  });
});

describe('rules', () => {
  test('a change of rules that somebody else has changed is refused', async () => {
    const { admin, rules } = mailing.newOrganization();
    const api = mailing.harness.rules(admin);
    const change = { caps: [daily], updateMask: { paths: ['caps'] } };
    const since = (revision: bigint | undefined) => ({ headers: { 'x-if-match': String(revision) } });
    const read = (await api.getSendingRules({})).sendingRules?.revision;
    await rules({ minGap: days(1) });
    expect(await refusal(api.updateSendingRules(change, since(read)))).toBe('failed_precondition precondition_failed');
    const now = (await api.getSendingRules({})).sendingRules?.revision;
    expect((await api.updateSendingRules(change, since(now))).sendingRules).toMatchObject({
      caps: [daily],
      minGap: days(1),
    });
  });

  test.each([
    [{ caps: [{ ...daily, limit: 0 }] }, 'caps.0.limit'],
    [{ caps: [daily, daily] }, 'caps.1.id'],
    [{ caps: [{ ...daily, per: { duration: 3, unit: 3 }, window: 2 }] }, 'caps.0.per.unit'],
    [{ quietHours: [{ from: '25:00', to: '08:00' }] }, 'quiet_hours.0.from'],
    [{ quietHours: [{ from: '00:00', to: '24:00', days: [] }] }, 'quiet_hours'],
    [{ minGap: days(91) }, 'min_gap'],
    [{ throughput: { perMinute: 0 } }, 'throughput.per_minute'],
  ])('%j is refused for %s', async (changes, field) => {
    const { rules } = mailing.newOrganization();
    await expect(rules(changes)).rejects.toThrow(field);
  });

  test('what was set comes back, and what was not keeps its default', async () => {
    const { rules, admin } = mailing.newOrganization();
    await rules({ quietHours: [night], caps: [daily], minGap: days(2) });
    await rules({ minGap: undefined, classes: { marketing: { exempt: [2] } } });
    const { sendingRules } = await mailing.harness.rules(admin).getSendingRules({});
    expect(sendingRules).toMatchObject({
      quietHours: [night],
      caps: [daily],
      maxHold: days(7),
      classes: { marketing: { exempt: [2] }, transactional: { exempt: [1, 2] } },
    });
    expect(sendingRules?.minGap).toBeUndefined();
  });
});
