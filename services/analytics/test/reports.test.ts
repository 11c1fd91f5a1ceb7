import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import {
  ReportFormat,
  type ReportParametersSchema,
  ReportStatus,
  ReportType,
} from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { parse as parseDisposition } from 'content-disposition';
import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { factKinds } from '../src/rollups/kinds.ts';
import { editor, type Harness, startReports, stranger, tester } from './reports-harness.ts';

let folder: string;
let harness: Harness;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  harness = await startReports({ env: { ARTIFACTS_DIR: folder } });
});
afterAll(async () => {
  await harness?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  harness.opportunities.length = 0;
  harness.gone.clear();
});
afterEach(() => {
  harness.crm.beforePage = async () => undefined;
});

const hourMs = 3_600_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * hourMs);

function addOpportunities(count: number, name: (index: number) => string = (index) => `Deal ${index}`): void {
  for (let index = 0; index < count; index += 1) {
    harness.opportunities.push({ name: name(index), amountCents: BigInt(index), createdAt: hoursAgo(1) });
  }
}

/** Waits for a number of events about a report. */
async function eventsOf(id: bigint, count: number): Promise<[string | undefined, bigint][]> {
  const found = () => harness.events.filter(({ aggregate }) => aggregate === `report:${id}`);
  await eventually(() => found().length === count);
  return found().map(({ payload, sequence }) => [payload.case, sequence]);
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => fromConnectError(error),
  );
}

test('a report is made of the rows of its period, and each download has the same bytes', async () => {
  addOpportunities(2_500, (index) => (index === 7 ? '=HYPERLINK("http://x")' : `Déal 張偉 ${index}`));
  harness.opportunities.push({ name: 'too old', amountCents: 1n, createdAt: hoursAgo(24 * 40) });
  const asked = await harness.reports(editor).generateReport({ type: ReportType.PIPELINE, format: ReportFormat.CSV });
  expect(asked.report).toMatchObject({ status: ReportStatus.QUEUED, progress: 0, mode: Mode.LIVE });
  expect(asked.report?.downloadUrl).toBeUndefined();
  const id = asked.report?.id ?? 0n;
  const report = await harness.ended(id);
  expect(report).toMatchObject({ status: ReportStatus.READY, progress: 1, rows: 2_500n });
  // The report's start and its end raise the revision. Its progress does not.
  expect(report.revision).toBe((asked.report?.revision ?? 0n) + 2n);
  expect(report.downloadUrl).toBe(`/api/v1/reports/${id}/download`);

  const first = await harness.download(id);
  // Later changes to the sources do not affect the report.
  addOpportunities(10);
  const second = await harness.download(id);
  expect(second.bytes.equals(first.bytes)).toBe(true);
  expect(BigInt(first.bytes.length)).toBe(report.bytes);
  expect(first.contentType).toBe('text/csv; charset=utf-8');
  expect(parseDisposition(first.headers.get('content-disposition') ?? '')).toEqual({
    type: 'attachment',
    parameters: { filename: report.fileName },
  });
  expect(report.fileName).toMatch(/^pipeline-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  const rows: Record<string, string>[] = parse(first.bytes, { columns: true });
  expect(rows).toHaveLength(2_500);
  expect(rows[7]).toMatchObject({
    name: `'=HYPERLINK("http://x")`,
    amount_cents: '7',
    stage: 'Prospect',
    status: 'open',
  });
  expect(rows[8]).toMatchObject({ name: 'Déal 張偉 8' });

  expect(await eventsOf(id, 1)).toEqual([['reportCompleted', 1n]]);
});

test('enrollments are counted by workflow within the period, and by the day of the zone of the organization', async () => {
  const at = new Date('2026-11-10T18:00:00Z'); // 23:45 in Kathmandu
  const next = new Date('2026-11-10T18:15:00Z'); // 00:00 of the 11th in Kathmandu
  const outside = new Date('2026-11-12T00:00:00Z');
  for (const [time, key, count] of [
    [at, 12, 3],
    [next, 12, 4],
    [next, 13, 1],
    [outside, 12, 100],
  ] as const) {
    for (const [dimension, workflow, name] of [
      [1, 0, String(key)],
      [0, key, ''],
    ] as const) {
      await sql`
        insert into rollup_quarters
          (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key, count, amount)
        values (1, 'live', ${factKinds.enrollment_started}, ${dimension}, ${workflow}, ${time}, 0, '', ${name}, ${count}, 0)`.execute(
        harness.db.kysely,
      );
    }
  }
  const period = { from: timestampFromDate(new Date('2026-11-09T18:15:00Z')), to: timestampFromDate(outside) };
  const byWorkflow = await rowsOf(ReportType.WORKFLOW_PERFORMANCE, period);
  expect(byWorkflow).toEqual([
    expect.objectContaining({ workflow_id: 12, workflow_name: '=Workflow 12', started: 7, completed: 0 }),
    expect.objectContaining({ workflow_id: 13, workflow_name: '=Workflow 13', started: 1 }),
  ]);
  const byDay = await rowsOf(ReportType.WORKFLOW_PERFORMANCE, { ...period, workflowId: 12n });
  expect(byDay.map(({ day, started }) => [day, started])).toEqual([
    ['2026-11-10', 3],
    ['2026-11-11', 4],
    ['2026-11-12', 0],
  ]);
});

test.each([
  ['agent_costs', ReportType.AGENT_COSTS, 'agent_id'],
  ['webhook_health', ReportType.WEBHOOK_HEALTH, 'webhook_id'],
])('a report of the type %s leaves out what is deleted while it is made', async (_type, type, column) => {
  harness.gone.add(2n);
  expect((await rowsOf(type, {})).map((row) => row[column])).toEqual([1, 3]);
});

test('mails are counted by the step that sent them, of all workflows or of one', async () => {
  const at = new Date('2026-11-10T18:00:00Z');
  const outside = new Date('2026-11-12T00:00:00Z');
  for (const [time, workflow, step, kind, count] of [
    [at, 12, 'hello', factKinds.email_sent, 10],
    [at, 12, 'hello', factKinds.email_bounced, 2],
    [at, 12, 'hello', factKinds.email_opened, 4],
    [at, 12, 'hello', factKinds.email_clicked, 1],
    [at, 12, 'later', factKinds.email_sent, 1],
    [at, 12, 'later', factKinds.email_bounced, 3],
    [at, 13, 'hello', factKinds.email_unsubscribed, 5],
    [outside, 12, 'hello', factKinds.email_sent, 100],
  ] as const) {
    await sql`
      insert into rollup_quarters
        (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key, count, amount)
      values (1, 'live', ${kind}, 2, ${workflow}, ${time}, 0, '', ${step}, ${count}, 0)`.execute(harness.db.kysely);
  }
  const period = { from: timestampFromDate(at), to: timestampFromDate(outside) };
  const ofAll = await rowsOf(ReportType.EMAIL_ENGAGEMENT, period);
  expect(ofAll).toEqual([
    expect.objectContaining({
      ...{ workflow_id: 12, workflow_name: '=Workflow 12', step_id: 'hello', sent: 10, bounced: 2, delivered: 8 },
      ...{ opened: 4, clicked: 1, open_percent: 50, click_percent: 12.5 },
    }),
    expect.objectContaining({ workflow_id: 12, step_id: 'later', delivered: 0, open_percent: null }),
    expect.objectContaining({ workflow_id: 13, step_id: 'hello', sent: 0, unsubscribed: 5 }),
  ]);
  const ofOne = await rowsOf(ReportType.EMAIL_ENGAGEMENT, { ...period, workflowId: 12n });
  expect(ofOne).toEqual(ofAll.slice(0, 2));
});

async function rowsOf(
  type: ReportType,
  parameters: MessageInitShape<typeof ReportParametersSchema>,
): Promise<Record<string, unknown>[]> {
  const { report } = await harness.reports(editor).generateReport({ type, parameters });
  await harness.ended(report?.id ?? 0n);
  const { bytes, contentType } = await harness.download(report?.id ?? 0n);
  expect(contentType).toBe('application/json');
  const file: { report: unknown; rows: Record<string, unknown>[] } = JSON.parse(bytes.toString());
  expect(file.report).toMatchObject({ timezone: 'Asia/Kathmandu' });
  return file.rows;
}

test('a report without a row is a file without a row', async () => {
  const id = await harness.generate();
  expect(await harness.ended(id)).toMatchObject({ status: ReportStatus.READY, rows: 0n });
  expect(parse((await harness.download(id)).bytes)).toHaveLength(1);
});

test.each<[string, ReportType, MessageInitShape<typeof ReportParametersSchema>, string]>([
  ['an end in the future', ReportType.PIPELINE, { to: timestampFromDate(hoursAgo(-2)) }, 'parameters.to'],
  ['an end before the start', ReportType.PIPELINE, { from: timestampFromDate(hoursAgo(-2)) }, 'parameters.from'],
  ['more than 395 days', ReportType.PIPELINE, { from: timestampFromDate(hoursAgo(396 * 24)) }, 'parameters.from'],
  ['a funnel of no workflow', ReportType.ENROLLMENT_FUNNEL, {}, 'parameters.workflow_id'],
  ['a workflow that has no part in it', ReportType.PIPELINE, { workflowId: 12n }, 'parameters.workflow_id'],
])('a report is refused for %s', async (_what, type, parameters, field) => {
  const refused = await refusal(harness.reports(editor).generateReport({ type, parameters }));
  expect(refused).toMatchObject({ kind: 'invalid', violations: [expect.objectContaining({ field })] });
});

test('a report that is not ready has no file, and a failed one is made again of the same moment', async () => {
  addOpportunities(1);
  harness.crm.beforePage = async () => {
    throw new DomainError('failed_precondition', 'source_is_closed', 'It is closed.');
  };
  const id = await harness.generate();
  const failed = await harness.ended(id);
  expect(failed).toMatchObject({ status: ReportStatus.FAILED, errorCode: 'source_is_closed', error: 'It is closed.' });
  expect(await refusal(harness.download(id))).toMatchObject({ reason: 'report_not_ready' });
  harness.crm.beforePage = async () => undefined;
  addOpportunities(1);
  await harness.reports(editor).retryReport({ id });
  const ready = await harness.ended(id);
  expect(ready).toMatchObject({ status: ReportStatus.READY, asOf: failed.asOf, parameters: failed.parameters });
  expect(ready.errorCode).toBeUndefined();
  expect(await refusal(harness.reports(editor).retryReport({ id }))).toMatchObject({ reason: 'report_not_failed' });
  expect(await eventsOf(id, 2)).toEqual([
    ['reportFailed', 1n],
    ['reportCompleted', 2n],
  ]);
});

test('an error of ours is tried three times before a report is given up', async () => {
  let tries = 0;
  harness.crm.beforePage = async () => {
    tries += 1;
    throw new Error('a bug');
  };
  const id = await harness.generate();
  const report = await eventually(async () => {
    await sql`update jobs set wake_at = now() where status in ('queued', 'running') and failures > 0`.execute(
      harness.db.kysely,
    );
    const { report: now } = await harness.reports(editor).getReport({ id });
    if (now?.status === ReportStatus.FAILED) return now;
    throw new Error(`the report is ${now?.status}`);
  });
  expect(report.errorCode).toBe('internal_error');
  expect(tries).toBe(3);
});

test('a process that is overtaken in the middle adds nothing to the file of the one that goes on', async () => {
  addOpportunities(3_000);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  harness.crm.beforePage = async (page) => {
    calls += 1;
    if (calls === 2 && page === 1) await held;
  };
  const id = await harness.generate();
  await eventually(async () => calls === 2);
  await harness.start();
  // Simulates the end of the first process's lease. The first process is stalled.
  await sql`update jobs set wake_at = now() where status = 'running'`.execute(harness.db.kysely);
  expect(await harness.ended(id)).toMatchObject({ status: ReportStatus.READY, rows: 3_000n });
  const { bytes } = await harness.download(id);
  release();
  expect(parse(bytes)).toHaveLength(3_001);
  expect((await harness.download(id)).bytes.equals(bytes)).toBe(true);
  const chunks = await sql<{ fences: number }>`
    select count(distinct fence)::int as fences from report_chunks where report_id = ${id}`.execute(harness.db.kysely);
  expect(chunks.rows).toEqual([{ fences: 1 }]);
});

test('a file above 16 MiB is in the folder, comes back whole, and goes with its report', async () => {
  addOpportunities(3_000, (index) => `${'n'.repeat(6_000)} ${index}`);
  const id = await harness.generate({ format: ReportFormat.JSON });
  const report = await harness.ended(id);
  expect(report.bytes).toBeGreaterThan(16n * 1024n * 1024n);
  expect(await readdir(join(folder, '1'))).toHaveLength(1);
  const { rows } = await sql`select from report_chunks where report_id = ${id}`.execute(harness.db.kysely);
  expect(rows).toHaveLength(0);
  const { bytes } = await harness.download(id);
  expect(JSON.parse(bytes.toString()).rows).toHaveLength(3_000);
  await harness.reports(editor).deleteReport({ id });
  await sql`update report_files set created_at = now() - interval '2 days'`.execute(harness.db.kysely);
  // The loop that deletes the file runs at each start.
  await harness.start();
  await eventually(async () => (await readdir(join(folder, '1'))).length === 0);
});

test('a report that is deleted while it is made leaves nothing', async () => {
  addOpportunities(3_000);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  harness.crm.beforePage = async (page) => {
    if (page === 1) await held;
  };
  const id = await harness.generate();
  await eventually(async () => {
    const { report } = await harness.reports(editor).getReport({ id });
    return report?.status === ReportStatus.RUNNING;
  });
  await harness.reports(editor).deleteReport({ id });
  release();
  expect(await refusal(harness.reports(editor).getReport({ id }))).toMatchObject({ reason: 'report_not_found' });
  // Once the next report is ready, the process has finished its work on the deleted report.
  harness.crm.beforePage = async () => undefined;
  await harness.ended(await harness.generate());
  const { rows } = await sql`select from report_chunks where report_id = ${id}`.execute(harness.db.kysely);
  expect(rows).toHaveLength(0);
});

test('reports of another organization do not exist, and test keys have reports of their own', async () => {
  const live = await harness.generate();
  const own = await harness.generate({}, tester);
  await harness.ended(live);
  await harness.ended(own, tester);
  for (const call of [
    harness.reports(stranger).getReport({ id: live }),
    harness.reports(stranger).deleteReport({ id: live }),
    harness.reports(stranger).retryReport({ id: live }),
    harness.download(live, stranger),
  ]) {
    expect(await refusal(call)).toMatchObject({ kind: 'not_found', reason: 'report_not_found' });
  }
  const foreign = { type: ReportType.ENROLLMENT_FUNNEL, parameters: { workflowId: 12n } };
  expect(await refusal(harness.reports(stranger).generateReport(foreign))).toMatchObject({
    reason: 'workflow_not_found',
  });
  expect(await refusal(harness.reports(tester).deleteReport({ id: live }))).toMatchObject({ reason: 'test_mode' });
  const ids = async (caller: typeof editor) =>
    (await harness.reports(caller).listReports({ status: ReportStatus.READY })).reports.map(({ id }) => id);
  expect(await ids(stranger)).toEqual([]);
  expect(await ids(tester)).toEqual([own]);
  expect(await ids(editor)).toContain(live);
});

test('reports go after 90 days', async () => {
  const id = await harness.generate();
  await harness.ended(id);
  await sql`update reports set expires_at = now() - interval '1 second' where id = ${id}`.execute(harness.db.kysely);
  await harness.start();
  await eventually(async () => (await refusal(harness.reports(editor).getReport({ id }))) !== undefined);
});
