import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Enrollment, EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { inRounds, type Random } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, json, makeWorkflow, refusal, workflowOf } from './workflow.ts';

const steps = [
  { type: 'trigger' },
  { type: 'condition', conditions: [{ field: 'stays', operator: 'equals', value: 'yes' }], on_false: 'end' },
  { type: 'wait', duration: 1, unit: 'hours' },
];
const hourMs = 3_600_000;
/** Number of workflows: one more than the number of rows on a page of these tests. */
const workflows = 7;

let harness: Harness;
let start: Date;
beforeAll(async () => {
  harness = await startHarness();
  for (let n = 0; n < workflows; n += 1) await makeWorkflow(harness, steps, n === 2 ? { mode: Mode.TEST } : {});
  await makeWorkflow(harness, steps, { organizationId: 2n });
  await enroll(stranger, 8n, 5);
  for (const [workflow, count] of [
    [1n, 9],
    [2n, 3],
    [4n, 4],
    [1n, 6],
    [5n, 1],
    [6n, 5],
    [1n, 2],
  ] as const)
    await enroll(editor, workflow, count);
  await enroll(tester, 3n, 4);
  await enroll(tester, 1n, 3);
  await eventually(async () => {
    const { rows } = await sql<{ left: bigint }>`
      select count(*) as left from runs where step_index < 2`.execute(harness.db);
    expect(rows[0]?.left).toBe(0n);
  });
  const [, second] = (await all({ workflowId: 1n })).toReversed();
  await harness.enrollments().pauseEnrollment({ workflowId: 1n, id: second?.id ?? 0n });
  start = await spreadTimes();
});
afterAll(() => harness.stop());

async function enroll(caller: Caller, workflowId: bigint, count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, n) => ({
    email: `${n % 2 === 0 ? 'Even' : 'odd'}${n}@Example.com`,
    first_name: n % 2 === 0 ? 'Ada' : 'Alan',
    lead_ref: `ref-${n % 4}`,
    stays: n % 3 === 0 ? 'no' : 'yes',
  }));
  await harness.enrollments(caller).bulkEnroll({ workflowId, contacts: json(people) });
}

/** Spaces the enrollments an hour apart, and swaps neighbours, as concurrent transactions may do. */
async function spreadTimes(): Promise<Date> {
  const { rows } = await sql<{ start: Date }>`
    with spread as (
      select id, date_trunc('milliseconds', now()) - interval '100 days' as start,
        row_number() over (order by id) as place from enrollments
    ), spaced as (
      update enrollments set created_at = start + place * interval '1 hour' - (place % 2) * interval '1 hour 1 second'
      from spread where spread.id = enrollments.id
    )
    select min(start) as start from spread`.execute(harness.db);
  return rows[0]?.start ?? new Date();
}

async function walk(request: object, caller: Caller, random?: Random) {
  const seen: Enrollment[] = [];
  let cursor: string | undefined;
  let totalCount = 0n;
  do {
    const limit = random === undefined ? 100 : 1 + random.below(6);
    const page = await harness.enrollments(caller).listAllEnrollments({ ...request, limit, cursor });
    seen.push(...page.enrollments);
    totalCount = page.totalCount;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(totalCount).toBe(BigInt(seen.length));
  return seen;
}

const all = (request = {}, caller = editor) => walk(request, caller);
const idsOf = (rows: readonly Enrollment[]) => rows.map(({ id }) => id);

test('the list has the enrollments of all workflows of the organization, newest first, each with its workflow', async () => {
  const rows = await all();
  expect(rows).toHaveLength(30);
  expect(idsOf(rows)).toEqual(idsOf(rows).toSorted((a, b) => Number(b - a)));
  expect(new Set(rows.map((row) => row.workflowId))).toEqual(new Set([1n, 2n, 4n, 5n, 6n]));
  for (const row of rows) {
    expect(row.workflow).toMatchObject({
      id: row.workflowId,
      name: 'Welcome',
      status: WorkflowStatus.ACTIVE,
      version: 1,
    });
  }
  const own = await harness.enrollments().listEnrollments({ workflowId: 4n });
  const shown = rows.filter((row) => row.workflowId === 4n).map(({ workflow, ...row }) => row);
  expect(shown).toEqual(own.enrollments);
});

test('random filters give what a walk filtered by hand gives, by cursor and by number', () =>
  inRounds(async (random) => {
    const everything = await all();
    for (let round = 0; round < 40; round += 1) {
      const { request, isMet } = randomFilter(random, everything);
      const expected = idsOf(everything.filter(isMet));
      const found = idsOf(await walk(request, editor, random));
      expect({ request, found }).toEqual({ request, found: expected });
      const perPage = 1 + random.below(9);
      const page = 1 + random.below(4);
      const numbered = await harness.enrollments().listAllEnrollments({ ...request, page, perPage });
      expect(idsOf(numbered.enrollments)).toEqual(expected.slice((page - 1) * perPage, page * perPage));
      expect(numbered.totalCount).toBe(BigInt(expected.length));
    }
  }));

type Part = { request: object; isMet: (row: Enrollment) => boolean };

/**
 * Picks some filters. Returns a request with these filters, and a function that tells whether a row meets all of them.
 */
function randomFilter(random: Random, rows: readonly Enrollment[]): Part {
  const parts: Part[] = random
    .some(Object.values(filterParts(random, rows)), 1 + random.below(3))
    .map((make) => make());
  return {
    request: Object.assign({}, ...parts.map(({ request }) => request)),
    // If two parts set the same member of the request, the later part overwrites the earlier one, so only the last part
    // of each kind is tested.
    isMet: (row) => lastOfEach(parts).every(({ isMet }) => isMet(row)),
  };
}

function lastOfEach(parts: readonly Part[]): Part[] {
  return [...new Map(parts.map((part) => [Object.keys(part.request).join(), part])).values()];
}

function filterParts(random: Random, rows: readonly Enrollment[]): Record<string, () => Part> {
  return {
    status: () => {
      const { ACTIVE, PAUSED, COMPLETED, FAILED } = EnrollmentStatus;
      const status = random.pick([ACTIVE, PAUSED, COMPLETED, FAILED]);
      return { request: { status }, isMet: (row) => row.status === status };
    },
    leadRef: () => {
      const leadRef = `ref-${random.below(5)}`;
      return { request: { leadRef }, isMet: (row) => row.leadRef === leadRef };
    },
    email: () => {
      const email = random.pick(['EVEN0@example.com', 'odd1@example.COM ', 'even1@example.com', 'example.com', '']);
      const isMet = (row: Enrollment) => row.contact?.email?.toLowerCase() === email.trim().toLowerCase();
      return { request: { email }, isMet };
    },
    q: () => {
      const q = random.pick(['ada', 'al', 'odd', 'da', 'example']);
      const isMet = ({ contact }: Enrollment) => {
        const texts = [contact?.email, contact?.firstName].map((text) => text?.toLowerCase() ?? '');
        return texts.some((text) => (q.length < 3 ? text.startsWith(q) : text.includes(q)));
      };
      return { request: { q }, isMet };
    },
    workflowId: () => {
      const workflowId = random.pick([1n, 2n, 3n, 4n, 7n, 8n, 99n]);
      return { request: { workflowId }, isMet: (row) => row.workflowId === workflowId };
    },
    created: () => {
      const [from, to] = [randomTime(random), randomTime(random)];
      const isMet = ({ createdAt }: Enrollment) => {
        const ms = Number(createdAt?.seconds) * 1_000 + (createdAt?.nanos ?? 0) / 1e6;
        return ms >= from.getTime() && ms < to.getTime();
      };
      return { request: { createdSince: timestampFromDate(from), createdUntil: timestampFromDate(to) }, isMet };
    },
    ids: () => {
      const ids = [...random.some(rows, 4).map(({ id }) => id), 5n, 987_654_321n];
      const known = new Set(ids);
      return { request: { ids }, isMet: (row) => known.has(row.id) };
    },
  };
}

/** Returns the time of some enrollment, or a time close to it. */
function randomTime(random: Random): Date {
  return new Date(start.getTime() + (random.below(50) - 2) * hourMs - random.pick([0, 1, 1_000, 999]));
}

test('another organization sees its own enrollments and none of ours', async () => {
  const theirs = await all({}, stranger);
  expect(theirs).toHaveLength(5);
  expect(new Set(theirs.map((row) => row.workflowId))).toEqual(new Set([8n]));
  expect(await all({ workflowId: 1n }, stranger)).toEqual([]);
  expect(await all({ ids: idsOf(await all()).slice(0, 3) }, stranger)).toEqual([]);
});

test('a list shows the mode of its caller, of live and test workflows, and the other mode when it is asked for', async () => {
  const tests = await all({}, tester);
  expect(tests.map((row) => row.workflowId)).toEqual([1n, 1n, 1n, 3n, 3n, 3n, 3n]);
  expect(new Set(tests.map(({ mode }) => mode))).toEqual(new Set([Mode.TEST]));
  expect(await all({ mode: Mode.TEST })).toEqual(tests);
  expect(idsOf(await all({ mode: Mode.LIVE }, tester))).toEqual(idsOf(await all()));
  expect(idsOf(await all({ leadRef: 'ref-1' }, tester))).toHaveLength(2);
});

test('enrollments of a deleted workflow leave the list', async () => {
  const workflow = workflowOf(steps, { id: 6n });
  await apply(harness, workflow, { deleted: true });
  const rows = await all();
  expect(rows).toHaveLength(25);
  expect(rows.some((row) => row.workflowId === 6n)).toBe(false);
});

test('a cursor of another list is refused', async () => {
  expect(await refusal(harness.enrollments().listAllEnrollments({ cursor: 'forged' }))).toBe('invalid invalid_cursor');
});
