import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness } from './harness.ts';
import { json, makeWorkflow, parsed, type StepInput } from './workflow.ts';

const trigger = { type: 'trigger' };

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness();
});
afterEach(() => {
  receiver.clear();
  receiver.answer({});
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

/** Enrolls one contact in a workflow that calls the receiver and then takes further steps. */
async function call(config: object, more: StepInput[] = [], contact: object = {}) {
  const step = {
    type: 'webhook_callback',
    id: 'tell',
    url: `${receiver.url}/hook`,
    payload: { n: '{{ score }}' },
    ...config,
  };
  const { id: workflowId } = await makeWorkflow(harness, [trigger, step, ...more]);
  const contacts = json([{ email: 'a@x.org', score: 1, ...contact }]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts });
  const id = enrollmentIds[0] ?? 0n;
  const read = async () => (await harness.enrollments().getEnrollment({ workflowId, id })).enrollment;
  const lines = () =>
    harness.db.selectFrom('timeline_lines').selectAll().where('enrollment_id', '=', id).orderBy('sequence').execute();
  /** Waits for a line of this step and status. */
  const line = (stepIndex: number, status: string) =>
    eventually(async () => {
      const found = (await lines()).find((entry) => entry.step_index === stepIndex && entry.status === status);
      expect(found).toBeDefined();
      return found;
    });
  return { id, read, lines, line };
}

test('a repeat has the same key and the same bytes, and comes when Retry-After allows it', async () => {
  receiver.answerNext({ status: 503, headers: { 'retry-after': '3600' } });
  receiver.answer({ status: 201, body: '{"lead":{"id":7}}' });
  const run = await call({}, [{ type: 'log', message: 'lead {{ response.body.lead.id }}' }]);
  await run.line(1, 'retrying');
  const waits = await harness.db.selectFrom('runs').select('next_run_at').where('enrollment_id', '=', run.id).execute();
  expect(waits[0]?.next_run_at?.getTime()).toBeGreaterThan(Number(receiver.requests[0]?.at) + 3_500_000);
  harness.pass(3_700_000);
  const log = await run.line(2, 'succeeded');
  expect(log?.message).toContain('lead 7');
  const [first, second, ...others] = receiver.requests;
  expect(others).toEqual([]);
  expect(second?.body).toEqual(first?.body);
  expect(first?.body.toString()).toBe('{"n":"1"}');
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  expect(parsed((await run.read())?.data)).toMatchObject({ response: { status: 201, body: { lead: { id: 7 } } } });
});

test('what is refused for good goes where on_error says, after one request', async () => {
  receiver.answer({ status: 422, body: 'no' });
  const goesOn = await call({ on_error: 'continue' }, [{ type: 'log', message: 'went on' }]);
  await goesOn.line(2, 'succeeded');
  const jumps = await call({ on_error: 'rescue' }, [
    { type: 'log', message: 'not here' },
    { type: 'log', id: 'rescue', message: 'saved' },
  ]);
  await jumps.line(3, 'succeeded');
  expect((await jumps.lines()).some((line) => line.step_index === 2)).toBe(false);
  const fails = await call({}, [{ type: 'log', message: 'never' }]);
  const failed = await fails.line(1, 'failed');
  expect(failed?.error).toContain('answered 422: no');
  await eventually(async () => expect((await fails.read())?.lastError).toContain('answered 422'));
  expect(receiver.requests).toHaveLength(3);
});

test('a redirect is not followed', async () => {
  receiver.answer({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
  const run = await call({});
  await run.line(1, 'failed');
  expect(receiver.requests.map(({ url }) => url)).toEqual(['/hook']);
});

test('attempts end, and then the failure is final', async () => {
  receiver.answer({ status: 500 });
  const run = await call({ retry: { max_attempts: 2, backoff_seconds: 1 } });
  await run.line(1, 'retrying');
  harness.pass(2_000);
  await run.line(1, 'failed');
  expect(receiver.requests).toHaveLength(2);
});

test('a credential goes to no host that the data choose, even in a step that was saved before that was refused', async () => {
  const headers = { authorization: 'Bearer planted-1' };
  for (const url of ['http:/{{ host }}/', 'http:///{{ host }}/', 'http:\\\\{{ host }}\\', 'http:{{ host }}/']) {
    const run = await call({ url, headers }, [], { host: `127.0.0.1:${receiver.port}` });
    expect((await run.line(1, 'failed'))?.error).toContain('must not get a credential');
  }
  expect(receiver.requests).toEqual([]);
  const open = { url: 'http:/{{ host }}/open', headers: { authorization: 'Bearer {{ email }}' } };
  await (await call(open, [], { host: `127.0.0.1:${receiver.port}` })).line(1, 'succeeded');
  const written = { url: `http:/127.0.0.1:${receiver.port}/{{ host }}`, headers };
  await (await call(written, [], { host: '/@x.example' })).line(1, 'succeeded');
  expect(receiver.requests.map(({ url: path, headers: { authorization } }) => [path, authorization])).toEqual([
    ['/open', 'Bearer a@x.org'],
    ['//@x.example', 'Bearer planted-1'],
  ]);
});
