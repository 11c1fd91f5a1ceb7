import { randomUUIDv7 } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { encodeJson } from '@drippulse/json';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { ExplainResponseSchema } from '@drippulse/proto/drippulse/journeys/v1/explain_pb';
import { SuppressionReason } from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually } from '@drippulse/testing';
import { testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, json, makeWorkflow, refusal, type StepInput } from './workflow.ts';

const seed = testSeed('explain');
const day = 86_400_000;
let harness: Harness;
let mailDir: string;
beforeAll(async () => {
  mailDir = await mkdtemp(join(tmpdir(), 'explain-'));
  harness = await startHarness({ mailDir });
});
afterAll(async () => {
  await harness.stop();
  await rm(mailDir, { recursive: true, force: true });
});

const log = (message: string) => ({ type: 'log', id: 'note', message });
const wait = { type: 'wait', id: 'pause', duration: 2, unit: 'hours' };
const mail = { type: 'email', id: 'mail', subject: 'Hello', body: 'Hi' };

type Request = { email?: string; leadRef?: string; workflowId?: bigint; limit?: number; cursor?: string; mode?: Mode };
type Told = {
  at: string;
  decision: string;
  reason: string;
  workflow_id: number;
  step_id: string | null;
  detail: string;
  workflow_deleted?: boolean;
};

/** Requests the decisions about a person, and returns them as the API writes them. */
async function ask(request: Request, caller?: typeof tester) {
  const answer = await harness.explain(caller).explain(request);
  return JSON.parse(encodeJson(ExplainResponseSchema, answer)) as {
    answers: Told[];
    next_cursor: string | null;
    contact: object;
  };
}

const wordsOf = ({ decision, reason, step_id }: Told) => [decision, reason, step_id].filter(Boolean).join(' ');

async function told(request: Request, caller?: typeof tester): Promise<string[]> {
  return (await ask(request, caller)).answers.map(wordsOf);
}

async function enroll(
  steps: readonly StepInput[],
  contact: object,
  options: { organizationId?: bigint; mode?: Mode } = {},
) {
  const { id } = await makeWorkflow(harness, steps, options);
  const caller = options.organizationId === undefined ? (options.mode === Mode.TEST ? tester : undefined) : stranger;
  const { enrollmentIds } = await harness.enrollments(caller).bulkEnroll({ workflowId: id, contacts: json([contact]) });
  return { workflowId: id, id: enrollmentIds[0] ?? 0n };
}

test('an answer says what started, waits, was sent and has ended, newest first, by address or reference', async () => {
  const email = 'Ada@Example.com';
  const first = await enroll([{ ...log('x'), id: 'greet' }, mail, log('bye')], { email, first_name: 'Ada' });
  await eventually(async () => expect(await told({ email })).toContain('ended completed note'));
  const second = await enroll([wait, log('never')], { email: 'ada@example.com', lead_ref: 'ada-7' });
  await enroll([wait], { email: 'adam@example.com', lead_ref: 'ada-77' });
  await enroll([wait], { email, lead_ref: 'ada-7' }, { organizationId: 2n });
  await enroll([wait], { email, lead_ref: 'ada-7' }, { mode: Mode.TEST });

  const { contact, answers, next_cursor } = await ask({ email: 'ADA@example.com' });
  expect({ contact, next_cursor }).toEqual({
    contact: { email: 'ADA@example.com', lead_ref: null },
    next_cursor: null,
  });
  expect(answers.map(wordsOf)).toEqual([
    'waiting wait pause',
    'started enrolled',
    'ended completed note',
    'sent email mail',
    'started enrolled',
  ]);
  expect(answers[0]).toMatchObject({
    workflow_id: Number(second.workflowId),
    enrollment_id: Number(second.id),
    rule: null,
    until: expect.stringMatching(/^\d{4}-/),
    detail: expect.stringContaining('2 hours'),
  });
  expect(answers[2]).toMatchObject({ workflow_id: Number(first.workflowId), until: null, detail: 'bye' });
  expect(answers.map(({ at }) => at)).toEqual(
    answers
      .map(({ at }) => at)
      .sort()
      .reverse(),
  );
  expect(await told({ leadRef: 'ada-7' })).toEqual(['waiting wait pause', 'started enrolled']);
  expect(await told({ leadRef: 'ada-7', email })).toHaveLength(5);
  expect(await told({ email, workflowId: second.workflowId })).toHaveLength(2);
  expect(await told({ email }, tester)).toEqual(['waiting wait pause', 'started enrolled']);
  expect(await told({ email, mode: Mode.TEST })).toHaveLength(2);
  expect(await told({ email }, stranger)).toHaveLength(2);
});

test('what was left out, failed and is tried again is told with its reason', async () => {
  const email = 'unlucky@example.com';
  const to = { ...mail, to: '{{ nobody }}' };
  await enroll(
    [
      { ...to, on_error: 'continue' },
      { type: 'end', id: 'over', status: 'cancelled', reason: 'no luck' },
    ],
    { email },
  );
  await eventually(async () => {
    const { answers } = await ask({ email });
    expect(answers.map(wordsOf)).toEqual([
      'ended cancelled over',
      expect.stringMatching(/^skipped (skipped|failed) mail$/),
      'started enrolled',
    ]);
    for (const { detail } of answers) expect(detail).not.toBe('');
  });
});

test('a mail that a suppression stopped is told as suppressed, also when the ledger has forgotten it', async () => {
  const email = 'tired@example.com';
  await harness.suppressions().createSuppression({ email, reason: SuppressionReason.UNSUBSCRIBE });
  const { id } = await enroll([mail], { email });
  await eventually(async () => expect(await told({ email })).toContain('ended completed mail'));
  await harness.db.deleteFrom('sends').where('enrollment_id', '=', id).execute();
  const { answers } = await ask({ email });
  expect(answers).toContainEqual(
    expect.objectContaining({ decision: 'suppressed', reason: 'unsubscribe', rule: 'suppression', step_id: 'mail' }),
  );
});

test('pages of any size make up the whole list, each answer once', async () => {
  const contact = { email: 'pages@example.com', lead_ref: 'pages-1' };
  const skip = { ...mail, to: '{{ nobody }}', on_error: 'continue' };
  for (let count = 0; count < 6; count += 1) await enroll([skip, { ...skip, id: 'mail2' }, log('x')], contact);
  await eventually(async () =>
    expect((await told({ email: contact.email })).filter((one) => /^ended/.test(one))).toHaveLength(6),
  );
  const whole = (await ask({ email: contact.email, leadRef: contact.lead_ref })).answers;
  expect(whole.length).toBeGreaterThan(20);
  for (let round = 0; round < 4; round += 1) {
    const collected: Told[] = [];
    let cursor: string | undefined;
    do {
      const limit = 1 + ((seed + round * 7_919) % (round + 2));
      const page = await ask({ email: contact.email, leadRef: contact.lead_ref, limit, ...(cursor && { cursor }) });
      expect(page.answers.length).toBeLessThanOrEqual(limit);
      collected.push(...page.answers);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(collected).toEqual(whole);
  }
});

test('an unknown person has no answers, an unknown workflow is none, and somebody must be named', async () => {
  const theirs = await enroll([wait], { email: 'x@example.com' }, { organizationId: 2n });
  expect(await ask({ email: 'nobody@example.com', leadRef: '%' })).toEqual({
    contact: { email: 'nobody@example.com', lead_ref: '%' },
    answers: [],
    next_cursor: null,
  });
  const asked = (request: Request) => refusal(harness.explain().explain(request));
  for (const workflowId of [theirs.workflowId, 999_999n]) {
    expect(await asked({ email: 'x@example.com', workflowId })).toBe('not_found workflow_not_found');
  }
  for (const request of [{}, { email: '' }, { leadRef: '' }]) {
    expect(await asked(request)).toBe('malformed parameter_missing');
  }
  expect(await asked({ email: 'a@b.co', cursor: 'x' })).toBe('invalid invalid_cursor');
  expect(await told({ email: ' ' })).toEqual([]);
  for (const email of ["' or true --", '%@%', '_'.repeat(10_000), '\n']) expect(await told({ email })).toEqual([]);
});

test('what a deleted workflow decided is told, and that the workflow was deleted', async () => {
  const email = 'deleted-workflow@example.com';
  const workflow = await makeWorkflow(harness, [log('x'), wait]);
  await harness.enrollments().bulkEnroll({ workflowId: workflow.id, contacts: json([{ email }]) });
  const kept = await enroll([wait], { email });
  await apply(harness, workflow, { deleted: true });
  await eventually(async () => expect(await told({ email, workflowId: workflow.id })).toHaveLength(3));
  const { answers } = await ask({ email });
  expect(answers.map((one) => [wordsOf(one), one.workflow_id, one.workflow_deleted])).toEqual([
    ['ended cancelled pause', Number(workflow.id), true],
    ['waiting wait pause', Number(kept.workflowId), undefined],
    ['started enrolled', Number(kept.workflowId), undefined],
    ['waiting wait pause', Number(workflow.id), true],
    ['started enrolled', Number(workflow.id), true],
  ]);
  expect(await refusal(harness.explain(stranger).explain({ email, workflowId: workflow.id }))).toBe(
    'not_found workflow_not_found',
  );
});

test('an erased person has no answers any more, whoever is asked for', async () => {
  const id = randomUUIDv7();
  const publicId = `cnt_${id.replaceAll('-', '').slice(8)}`;
  const email = 'forget-me@example.com';
  await enroll([log('x'), wait], { email, lead_ref: publicId });
  await enroll([log('x')], { email });
  await eventually(async () => expect(await told({ email })).toHaveLength(4));
  harness.crm.erasures.set(id, [email]);
  const erasedAt = timestampFromDate(new Date());
  const payload = { case: 'contactErased' as const, value: { id, publicId, erasedAt } };
  const event = {
    id: `evt_${randomUUIDv7()}`,
    time: erasedAt,
    organizationId: 1n,
    sequence: 2n,
    aggregate: `contact:${id}`,
    payload,
  };
  await harness.publishCrm(create(CrmEventSchema, event));
  for (const request of [{ email }, { leadRef: publicId }, { email, leadRef: publicId }]) {
    await eventually(async () => expect(await told(request)).toEqual([]));
  }
});

test('answers are kept for 90 days', async () => {
  const email = 'longago@example.com';
  await enroll([log('x')], { email });
  await eventually(async () => expect(await told({ email })).toHaveLength(2));
  harness.pass(90 * day - 60_000);
  expect(await told({ email })).toHaveLength(2);
  harness.pass(120_000);
  expect(await told({ email })).toEqual([]);
});
