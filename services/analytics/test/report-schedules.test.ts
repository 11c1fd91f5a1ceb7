import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import {
  type Report,
  ReportFormat,
  ReportStatus,
  ReportType,
  type ScheduleReportRequestSchema,
} from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { setSuspended } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { simpleParser } from 'mailparser';
import { editor, type Harness, startReports, stranger, tester } from './reports-harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startReports();
  // Starts a second replica. Both replicas see every tick.
  await harness.start();
});
afterAll(() => harness?.stop());
afterEach(async () => {
  harness.crm.beforePage = async () => undefined;
  harness.opportunities.length = 0;
  await sql`update reports set schedule = null, next_run_at = null`.execute(harness.db.kysely);
});

const apiKey: Caller = { ...editor, actor: { type: 'api_key', id: '9' }, role: 'admin' };
const weekly = { cron: '0 8 * * 1', timezone: 'Europe/Amsterdam' };

type Given = Omit<MessageInitShape<typeof ScheduleReportRequestSchema>, '$typeName' | '$unknown'>;

async function schedule(id: bigint, given: Given, caller = editor): Promise<Report> {
  const { report } = await harness.reports(caller).scheduleReport({ ...weekly, ...given, id });
  if (report === undefined) throw new Error('there is no report in the answer');
  return report;
}

async function refusal(call: Promise<unknown>): Promise<DomainError> {
  return call.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => fromConnectError(error),
  );
}

/** Suspends or resumes organization 2. */
function suspend(isNowSuspended: boolean, sequence: bigint): Promise<void> {
  return setSuspended(
    { events: harness.transport, group: 'analytics' },
    { organizationId: 2n, isNowSuspended, sequence },
  );
}

/** Makes a report, and waits for its end. */
async function ready(given: { type?: ReportType; format?: ReportFormat } = {}, caller = editor): Promise<bigint> {
  const id = await harness.generate(given, caller);
  await harness.ended(id, caller);
  return id;
}

/** Makes the next tick of a report due, and wakes the loops. */
async function tick(id: bigint, at = new Date(Date.now() - 60_000)): Promise<Date> {
  await sql`update reports set next_run_at = ${at} where id = ${id}`.execute(harness.db.kysely);
  await wake();
  return at;
}

/** Wakes the loops of the process, by setting any schedule. */
async function wake(): Promise<void> {
  const other = await harness.generate();
  await schedule(other, { paused: true });
}

async function reportsOf(id: bigint): Promise<{ id: bigint; status: string; tick_at: Date }[]> {
  const { rows } = await sql<{ id: bigint; status: string; tick_at: Date }>`
    select id, status, tick_at from reports where scheduled_by = ${id} order by id`.execute(harness.db.kysely);
  return rows;
}

async function endedTicks(id: bigint, count: number): Promise<bigint[]> {
  return eventually(async () => {
    const rows = await reportsOf(id);
    expect(rows.map(({ status }) => /ready|failed/.test(status))).toEqual(Array(count).fill(true));
    return rows.map((row) => row.id);
  });
}

/** Waits until all mails about reports of ticks are written and sent. */
async function mailsAreWritten(): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql`
      select from jobs where kind in ('report mail', 'mail') and status in ('queued', 'running')`.execute(
      harness.db.kysely,
    );
    expect(rows).toHaveLength(0);
  });
}

/** Returns the mails about the ticks of a report. */
async function mailsOf(id: bigint): Promise<[name: string, text: string][]> {
  return [...(await harness.mails())].filter(([name]) => new RegExp(`^report (failures )?${id} `).test(name));
}

test('a tick makes one report and sends each recipient one mail with its file, though two processes see it', async () => {
  harness.opportunities.push({ name: '=1+1', amountCents: 5n, createdAt: new Date(Date.now() - 3_600_000) });
  const id = await ready({ format: ReportFormat.CSV });
  const scheduled = await schedule(id, { recipients: ['grace@EXAMPLE.com', '8', '7'], skipWhenEmpty: true });
  expect(scheduled.schedule).toMatchObject({ ...weekly, recipientIds: [7n, 8n], skipWhenEmpty: true, paused: false });
  const next = scheduled.schedule?.nextRunAt;
  const at = await tick(id);
  const [made = 0n] = await endedTicks(id, 1);
  const { report } = await harness.reports(editor).getReport({ id: made });
  const days = 30 * 86_400_000;
  expect(report).toMatchObject({
    ...{ type: ReportType.PIPELINE, format: ReportFormat.CSV, status: ReportStatus.READY, rows: 1n, scheduledBy: id },
    tickAt: timestampFromDate(at),
    parameters: { to: timestampFromDate(at) },
    mode: Mode.LIVE,
  });
  expect(report?.schedule).toBeUndefined();
  const from = report?.parameters?.from;
  // Thirty days by the calendar, which are an hour more or less if clocks change.
  expect(from && Math.abs(at.getTime() - timestampDate(from).getTime() - days)).toBeLessThanOrEqual(3_600_000);
  expect((await harness.reports(editor).getReport({ id })).report?.schedule?.nextRunAt).toEqual(next);

  const mails = await eventually(async () => {
    const found = await mailsOf(id);
    expect(found).toHaveLength(2);
    return Promise.all(found.map(([, text]) => simpleParser(text)));
  });
  expect(mails.map(({ to }) => [to].flat().map((each) => each?.text))).toEqual([
    ['Grace@example.com'],
    ['alan@example.com'],
  ]);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  const { bytes } = await harness.download(made);
  for (const mail of mails) {
    expect(mail.subject).toBe('Report: pipeline');
    expect(mail.attachments).toEqual([
      expect.objectContaining({ filename: report?.fileName, contentType: 'text/csv', content: bytes }),
    ]);
  }
  // The mails of a repeated or late job have the same keys.
  await sql`update jobs set status = 'queued', wake_at = now() where kind = 'report mail'`.execute(harness.db.kysely);
  await wake();
  await mailsAreWritten();
  const { rows } = await sql`select from mails where key like ${`report ${id} %`}`.execute(harness.db.kysely);
  expect(rows).toHaveLength(2);
});

test('ticks that passed are made up for by one, and paused, ended and suspended schedules make nothing', async () => {
  const [late, paused, ended, suspended] = [await ready(), await ready(), await ready(), await ready({}, stranger)];
  await schedule(late, { cron: 'hourly' });
  await schedule(paused, { cron: 'hourly' });
  expect((await schedule(paused, { cron: 'hourly', paused: true })).schedule?.nextRunAt).toBeUndefined();
  await schedule(ended, { cron: 'hourly' });
  await harness.reports(editor).deleteReportSchedule({ id: ended });
  expect(await refusal(harness.reports(editor).deleteReportSchedule({ id: ended }))).toMatchObject({
    reason: 'report_schedule_not_found',
  });
  await sql`
    update reports set next_run_at = now() + interval '1 hour', schedule = (select schedule from reports where id = ${late})
    where id = ${suspended}`.execute(harness.db.kysely);
  await suspend(true, 1n);
  await sql`update reports set next_run_at = now() where id = ${suspended}`.execute(harness.db.kysely);
  await tick(late, new Date(Date.now() - 5 * 3_600_000));
  await endedTicks(late, 1);
  await wake();
  await endedTicks(late, 1);
  for (const id of [paused, ended, suspended]) expect(await reportsOf(id)).toEqual([]);
  await suspend(false, 2n);
  await endedTicks(suspended, 1);
});

test('a file above 5 MB is not attached: the mail leads to a sign-in', async () => {
  for (let index = 0; index < 600; index += 1) {
    const createdAt = new Date(Date.now() - 3_600_000);
    harness.opportunities.push({ name: `${'n'.repeat(10_000)} ${index}`, amountCents: 1n, createdAt });
  }
  const id = await ready();
  await schedule(id, {});
  await tick(id);
  const [made] = await endedTicks(id, 1);
  const mail = await eventually(async () => {
    const [found] = await mailsOf(id);
    if (found === undefined) throw new Error('there is no mail');
    return simpleParser(found[1]);
  });
  expect(mail.attachments).toEqual([]);
  expect(mail.text).toContain('https://drip.example.com/dashboard/login');
  expect(mail.text).toContain(`GET /api/v1/reports/${made}/download`);
  expect([mail.to].flat().map((each) => each?.text)).toEqual(['ada@example.com']);
});

test('an empty report is mailed unless the schedule skips it, and to nobody who was removed since', async () => {
  const [skipped, sent] = [await ready(), await ready()];
  await schedule(skipped, { skipWhenEmpty: true });
  await schedule(sent, { recipients: ['7', '8'] });
  harness.members.delete(7n);
  await tick(skipped);
  await tick(sent);
  await endedTicks(skipped, 1);
  await endedTicks(sent, 1);
  await mailsAreWritten();
  expect(await mailsOf(sent)).toHaveLength(1);
  expect((await mailsOf(sent))[0]?.[1]).toContain('To: alan@example.com');
  expect(await mailsOf(skipped)).toEqual([]);
  harness.members.set(7n, { email: 'Grace@example.com', role: Role.VIEWER });
});

test('the third failure in a row is mailed to the member who set the schedule, and a success begins anew', async () => {
  const id = await ready();
  await schedule(id, { recipients: ['7'] });
  harness.crm.beforePage = async () => {
    throw new DomainError('failed_precondition', 'source_is_closed', 'It is closed.');
  };
  const inARow = async () => (await harness.reports(editor).getReport({ id })).report?.schedule?.failuresInARow;
  for (let count = 1; count <= 4; count += 1) {
    await tick(id, new Date(Date.now() - (10 - count) * 60_000));
    await endedTicks(id, count);
    expect(await inARow()).toBe(count);
  }
  const mails = await eventually(async () => {
    const found = await mailsOf(id);
    expect(found).toHaveLength(1);
    return found;
  });
  const mail = await simpleParser(mails[0]?.[1] ?? '');
  expect(mail.subject).toBe('Report failed: pipeline');
  expect(mail.text).toContain('It is closed.');
  expect([mail.to].flat().map((each) => each?.text)).toEqual(['ada@example.com']);
  harness.crm.beforePage = async () => undefined;
  await tick(id, new Date(Date.now() - 60_000));
  await endedTicks(id, 5);
  expect(await inARow()).toBe(0);
});

test.each<[string, Given, Caller, object]>([
  ['no member', { recipients: ['1', 'eve@example.com'] }, editor, { field: 'recipients.1', code: 'not_found' }],
  ['nobody, of an API key', {}, apiKey, { field: 'recipients', code: 'required' }],
  ['a tick every half hour', { cron: '*/30 * * * *' }, editor, { field: 'cron', code: 'range' }],
  ['an unknown zone', { timezone: 'Mars/Olympus' }, editor, { field: 'cron', code: 'format' }],
])('a schedule is refused for %s', async (_what, given, caller, violation) => {
  const id = await ready();
  expect(await refusal(schedule(id, given, caller))).toMatchObject({
    kind: 'invalid',
    violations: [expect.objectContaining(violation)],
  });
});

test('the zone of the organization is the default, and the 51st schedule is refused', async () => {
  const id = await ready();
  const { report } = await harness.reports(apiKey).scheduleReport({ id, cron: 'daily', recipients: ['8'] });
  expect(report?.schedule).toMatchObject({ timezone: 'Asia/Kathmandu' });
  await sql`
    insert into reports (organization_id, mode, type, format, parameters, as_of, status, actor_type, actor_id, created_at,
      expires_at, schedule)
    select organization_id, mode, type, format, parameters, as_of, status, actor_type, actor_id, created_at, expires_at, schedule
    from reports, generate_series(1, 49) where id = ${id}`.execute(harness.db.kysely);
  const more = await ready();
  expect(await refusal(schedule(more, {}))).toMatchObject({ reason: 'report_schedule_limit_reached' });
  // At the limit, the schedule of a report can still be replaced.
  expect((await schedule(id, { cron: 'weekly' })).schedule?.cron).toBe('weekly');
});

test('a report with a schedule outlasts its 90 days, and its schedule ends with it', async () => {
  const [kept, gone] = [await ready(), await ready()];
  await schedule(kept, { paused: true });
  await sql`update reports set expires_at = now() - interval '1 day' where id in (${kept}, ${gone})`.execute(
    harness.db.kysely,
  );
  // The loop that deletes the reports runs at each start.
  await harness.start();
  await eventually(() => refusal(harness.reports(editor).getReport({ id: gone })));
  await harness.reports(editor).getReport({ id: kept });
  await harness.reports(editor).deleteReport({ id: kept });
  expect(await refusal(schedule(kept, {}))).toMatchObject({ reason: 'report_not_found' });
});

test('the list is of the reports that have a schedule, of those that have none, or of both', async () => {
  const [scheduled, once] = [await ready(), await ready()];
  await schedule(scheduled, { paused: true });
  const idsOf = async (filter: { scheduled?: boolean }) =>
    (await harness.reports(editor).listReports({ ...filter, limit: 1_000 })).reports.map(({ id }) => id);
  expect(await idsOf({ scheduled: true })).toEqual([scheduled]);
  expect(await idsOf({ scheduled: false })).toContain(once);
  expect(await idsOf({ scheduled: false })).not.toContain(scheduled);
  expect(await idsOf({})).toEqual(expect.arrayContaining([scheduled, once]));
});

test('schedules of another organization do not exist, and those of test keys mail nobody', async () => {
  const live = await ready();
  for (const call of [schedule(live, {}, stranger), harness.reports(stranger).deleteReportSchedule({ id: live })]) {
    expect(await refusal(call)).toMatchObject({ kind: 'not_found', reason: 'report_not_found' });
  }
  expect(await refusal(schedule(live, { recipients: ['8'] }, tester))).toMatchObject({ reason: 'test_mode' });
  const own = await ready({}, tester);
  await schedule(own, { recipients: ['8'] }, tester);
  await tick(own);
  await endedTicks(own, 1);
  await mailsAreWritten();
  expect(await mailsOf(own)).toEqual([]);
});
