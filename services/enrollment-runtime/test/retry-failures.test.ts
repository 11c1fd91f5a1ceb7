import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';
import { contacts, makeWorkflow, refusal } from './workflow.ts';

const count = 250;
const integrations = serviceOf('integrations');
const caller: Caller = { ...editor, actor: { type: 'service', id: integrations } };

let harness: Harness;
let isBroken = true;
/** The number of times each effect was performed. */
const performed = new Map<string, number>();

beforeAll(async () => {
  const transport = createRouterTransport((router) =>
    router.service(EffectsService, {
      performEffect({ key }) {
        if (isBroken) return failed('the connection has to be connected anew');
        performed.set(key, (performed.get(key) ?? 0) + 1);
        return { answer: { case: 'result', value: { outcome: { case: 'succeeded', value: { message: 'Done' } } } } };
      },
    }),
  );
  const client = createClient(EffectsService, transport);
  harness = await startHarness({ performers: { integrations: { name: integrations, client: () => client } } });
});
afterAll(() => harness?.stop());

function failed(error: string) {
  const outcome = { case: 'failed', value: { error, retryable: false } } as const;
  return { answer: { case: 'result', value: { outcome } } } as const;
}

test('what failed for a connection is retried part by part, all of it and none twice, and nothing else', async () => {
  const since = new Date(Date.now() - 60_000);
  const own = await enroll('default', count);
  const other = await enroll('other', 5);
  await eventually(async () => {
    expect(await countOf(own, EnrollmentStatus.FAILED)).toBe(count);
    expect(await countOf(other, EnrollmentStatus.FAILED)).toBe(5);
  });
  isBroken = false;
  const until = new Date(Date.now() + 60_000);
  const { retried, parts } = await retryAll(since, until);
  expect(retried).toBe(count);
  expect(parts).toBeGreaterThanOrEqual(count / 100);
  await eventually(async () => expect(await countOf(own, EnrollmentStatus.COMPLETED)).toBe(count));
  expect(await countOf(other, EnrollmentStatus.FAILED)).toBe(5);
  expect(performed.size).toBe(count);
  expect(new Set(performed.values())).toEqual(new Set([1]));
  expect(await retryAll(since, until)).toMatchObject({ retried: 0 });
});

test('what failed before the connection stopped working, and what is of another organization, stays', async () => {
  isBroken = true;
  const workflowId = await enroll('late', 3);
  await eventually(async () => expect(await countOf(workflowId, EnrollmentStatus.FAILED)).toBe(3));
  isBroken = false;
  const later = new Date(Date.now() + 60_000);
  const request = { integration: 'hubspot', connectionKey: 'late', failedUntil: timestampFromDate(later) };
  const ended = await harness.failures(caller).retryFailures({ ...request, failedSince: timestampFromDate(later) });
  const foreign = await harness.failures({ ...caller, organizationId: 99n }).retryFailures({
    ...request,
    failedSince: timestampFromDate(new Date(0)),
  });
  expect([ended.retried, foreign.retried]).toEqual([0, 0]);
  expect(await countOf(workflowId, EnrollmentStatus.FAILED)).toBe(3);
  expect(await refusal(harness.failures(editor).retryFailures(request))).toBe('permission_denied service_required');
});

async function enroll(connectionKey: string, people: number): Promise<bigint> {
  const { id } = await makeWorkflow(harness, [
    {
      type: 'integration_action',
      id: 'call',
      integration_id: 'hs',
      action: 'create_note',
      connection_key: connectionKey,
    },
    { type: 'log', id: 'after', message: 'done' },
  ]);
  await harness.enrollments().bulkEnroll({ workflowId: id, contacts: contacts(people) });
  return id;
}

async function retryAll(since: Date, until: Date): Promise<{ retried: number; parts: number }> {
  let [retried, parts, isLast] = [0, 0, false];
  let after = { afterWorkflowId: 0n, afterEnrollmentId: 0n };
  while (!isLast) {
    const request = {
      integration: 'hubspot',
      connectionKey: 'default',
      failedSince: timestampFromDate(since),
      failedUntil: timestampFromDate(until),
      ...after,
    };
    // The timeout is longer than a client's default, because a busy machine needs more time.
    const part = await harness.failures(caller).retryFailures(request, { timeoutMs: 180_000 });
    after = { afterWorkflowId: part.afterWorkflowId, afterEnrollmentId: part.afterEnrollmentId };
    retried += part.retried;
    parts += 1;
    isLast = part.isLast;
  }
  return { retried, parts };
}

async function countOf(workflowId: bigint, status: EnrollmentStatus): Promise<number> {
  const { totalCount } = await harness.enrollments().listEnrollments({ workflowId, status, limit: 1 });
  return Number(totalCount);
}
