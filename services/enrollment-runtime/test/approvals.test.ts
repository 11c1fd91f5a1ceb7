import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  type Approval,
  ApprovalKind,
  ApprovalStatus,
  type RequestApprovalRequest,
} from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, json, makeWorkflow, parsed, refusal } from './workflow.ts';

const hourMs = 3_600_000;
const approver: Caller = { ...editor, actor: { type: 'user', id: '8' }, role: 'approver' };
const admin: Caller = { ...editor, actor: { type: 'user', id: '9' }, role: 'admin' };
const apiKey: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin' };
/** The caller of another service that acts on behalf of the organization. */
const service: Caller = { ...editor, actor: { type: 'service', id: 'agents' }, role: 'viewer' };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const ask = (config: object = {}) => [
  { type: 'trigger' },
  {
    type: 'approval',
    id: 'ask',
    name: 'Discount?',
    message: 'Offer {{ first_name }} a discount?',
    timeout: { duration: 2, unit: 'hours' },
    on_approved: 'yes',
    on_rejected: 'no',
    on_timeout: 'late',
    ...config,
  },
  { type: 'end', id: 'yes', reason: 'yes' },
  { type: 'end', id: 'no', reason: 'no' },
  { type: 'end', id: 'late', reason: 'late' },
];

/** Enrolls people in a workflow with an approval step, and waits until each has an approval. */
async function enroll(count = 1, { config = {}, caller = editor as Caller, mode = Mode.LIVE as Mode } = {}) {
  const workflow = await makeWorkflow(harness, ask(config), { mode });
  const contacts = Array.from({ length: count }, (_, n) => ({ email: `a${n}@example.com`, first_name: `Ada${n}` }));
  const { id: workflowId } = workflow;
  const { enrollmentIds } = await harness.enrollments(caller).bulkEnroll({ workflowId, contacts: json(contacts) });
  const approvals = await eventually(async () => {
    const { approvals } = await harness.approvals(caller).listApprovals({ workflowId });
    expect(approvals).toHaveLength(count);
    return approvals.toReversed();
  });
  const [approval] = approvals;
  if (approval === undefined) throw new Error('nobody is asked');
  return { workflow, workflowId, enrollmentIds, approvals, approval };
}

const get = async (id: bigint, caller = editor as Caller) =>
  (await harness.approvals(caller).getApproval({ id })).approval as Approval;

/** Returns the step at which an enrollment ended. */
async function endOf({ workflowId, enrollmentId: id = 0n }: Approval, caller = editor as Caller) {
  return await eventually(async () => {
    const { enrollment } = await harness.enrollments(caller).getEnrollment({ workflowId: workflowId ?? 0n, id });
    expect(enrollment?.completedAt).toBeDefined();
    return { step: enrollment?.actionTimeline.at(-1)?.stepId, lines: enrollment?.actionTimeline ?? [] };
  });
}

const decidedEvents = (id: bigint) =>
  harness.published.filter(({ payload }) => payload.case === 'approvalDecided' && payload.value.id === id);

test('a run waits for a decision and goes on behind it, and everybody hears of both', async () => {
  const { approval, workflowId, enrollmentIds } = await enroll();
  expect(approval).toMatchObject({
    kind: ApprovalKind.STEP,
    workflowId,
    enrollmentId: enrollmentIds[0],
    stepId: 'ask',
    stepName: 'Discount?',
    message: 'Offer Ada0 a discount?',
    roles: [Role.APPROVER, Role.EDITOR, Role.ADMIN],
    allowApiKeys: false,
    status: ApprovalStatus.PENDING,
    mode: Mode.LIVE,
  });
  expect(approval.binding).toMatch(/^[0-9a-f]{64}$/);
  expect(parsed(approval.preview)).toEqual({ message: 'Offer Ada0 a discount?' });
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: enrollmentIds[0] ?? 0n });
  expect(enrollment).toMatchObject({ isWaiting: true, nextRunAt: approval.expiresAt });

  const answer = await harness.approvals(approver).approveApproval({ id: approval.id, comment: 'She is a friend.' });
  expect(answer.approval).toMatchObject({
    status: ApprovalStatus.APPROVED,
    decidedBy: { type: 'user', id: '8' },
    comment: 'She is a friend.',
  });
  expect(answer.approval?.decidedAt).toBeDefined();
  const end = await endOf(approval);
  expect(end.step).toBe('yes');
  expect(end.lines.find(({ stepId, message }) => stepId === 'ask' && message.startsWith('Approved'))?.message).toBe(
    'Approved by user 8: She is a friend.',
  );
  const news = await eventually(() => {
    const own = harness.published.filter(({ aggregate }) => aggregate === `approval:${approval.id}`);
    expect(own).toHaveLength(2);
    return own;
  });
  expect(news.map(({ payload, sequence, cause }) => ({ case: payload.case, sequence, cause }))).toEqual([
    { case: 'approvalRequested', sequence: 1n, cause: `enrollment:${workflowId}:${enrollmentIds[0]}` },
    { case: 'approvalDecided', sequence: 2n, cause: `enrollment:${workflowId}:${enrollmentIds[0]}` },
  ]);
  expect(await refusal(harness.approvals().rejectApproval({ id: approval.id }))).toBe(
    'already_exists approval_already_decided',
  );
});

test('a rejection goes the other way', async () => {
  const { approval } = await enroll();
  const { binding, id } = approval;
  expect(await refusal(harness.approvals().rejectApproval({ id, binding: '0'.repeat(64) }))).toBe(
    'aborted approval_changed',
  );
  await harness.approvals().rejectApproval({ id, binding });
  expect(await endOf(approval)).toMatchObject({ step: 'no' });
});

test.each([
  [
    'a role that is not in the list, above or below',
    { roles: ['approver'] },
    admin,
    'permission_denied insufficient_role',
  ],
  ['a role below the list', { roles: ['admin'] }, approver, 'permission_denied insufficient_role'],
  ['a viewer', {}, { ...approver, role: 'viewer' as const }, 'permission_denied insufficient_role'],
  ['an API key', {}, apiKey, 'permission_denied user_required'],
  [
    'a workflow',
    {},
    { ...admin, actor: { type: 'workflow' as const, id: '1', hops: 1 } },
    'permission_denied user_required',
  ],
  ['another organization', {}, { ...stranger, role: 'admin' as const }, 'not_found approval_not_found'],
  ['a test key', { allow_api_keys: true }, tester, 'permission_denied test_mode'],
])('%s decides nothing', async (_who, config, caller, expected) => {
  const { approval } = await enroll(1, { config });
  expect(await refusal(harness.approvals(caller).approveApproval({ id: approval.id }))).toBe(expected);
  expect(await refusal(harness.approvals(caller).rejectApproval({ id: approval.id }))).toBe(expected);
  expect(await get(approval.id)).toMatchObject({ status: ApprovalStatus.PENDING });
});

test('an API key decides where the step allows it', async () => {
  const { approval } = await enroll(1, { config: { allow_api_keys: true } });
  await harness.approvals(apiKey).approveApproval({ id: approval.id });
  expect(await get(approval.id)).toMatchObject({ decidedBy: { type: 'api_key', id: '5' } });
  expect(await endOf(approval)).toMatchObject({ step: 'yes' });
});

test('lists show what a caller may decide, by kind, status and workflow', async () => {
  const { approvals, workflowId } = await enroll(3, { config: { roles: ['approver', 'admin'] } });
  const ids = async (caller: Caller, filter: object) => {
    const answer = await harness.approvals(caller).listApprovals({ workflowId, ...filter });
    expect(answer.totalCount).toBe(BigInt(answer.approvals.length));
    return answer.approvals.map(({ id }) => id);
  };
  const [first, second, third] = approvals.map(({ id }) => id);
  await harness.approvals(approver).approveApproval({ id: second ?? 0n });
  expect(await ids(approver, { mine: true })).toEqual([third, first]);
  expect(await ids(editor, { mine: true })).toEqual([]);
  expect(await ids(apiKey, { mine: true })).toEqual([]);
  expect(await ids(editor, { status: ApprovalStatus.PENDING })).toEqual([third, first]);
  expect(await ids(editor, { status: ApprovalStatus.APPROVED })).toEqual([second]);
  expect(await ids(editor, { kind: ApprovalKind.BUDGET })).toEqual([]);
  expect(await ids(tester, {})).toEqual([]);
  expect(await ids(stranger, {})).toEqual([]);
});

test('of two who decide at once one wins, whatever they decide', async () => {
  const seed = testSeed('two who decide');
  const { approvals } = await enroll(24);
  const outcomes = await Promise.all(
    approvals.map(async ({ id }, index) => {
      const flip = (seed >> (index % 16)) % 2 === 0;
      const calls = [
        refusal(harness.approvals(approver).approveApproval({ id })),
        refusal(
          flip ? harness.approvals(admin).approveApproval({ id }) : harness.approvals(admin).rejectApproval({ id }),
        ),
      ];
      return Promise.all(flip ? calls.reverse() : calls);
    }),
  );
  for (const refusals of outcomes) {
    expect(refusals.filter((one) => one === undefined)).toHaveLength(1);
    expect(refusals).toContain('already_exists approval_already_decided');
  }
  for (const approval of approvals) {
    const { status } = await get(approval.id);
    expect(await endOf(approval)).toMatchObject({ step: status === ApprovalStatus.APPROVED ? 'yes' : 'no' });
  }
  await eventually(() => expect(approvals.map(({ id }) => decidedEvents(id).length)).toEqual(approvals.map(() => 1)));
});

test('of a decision and a removal of the enrollment at once, what is shown is what happened', async () => {
  const { approvals, workflowId } = await enroll(24);
  const answers = await Promise.all(
    approvals.map(async ({ id, enrollmentId = 0n }, index) => {
      const remove = () => refusal(harness.enrollments().deleteEnrollment({ workflowId, id: enrollmentId }));
      const approve = () => refusal(harness.approvals().approveApproval({ id }));
      const [one, other] = index % 2 === 0 ? [remove(), approve()] : [approve(), remove()];
      return index % 2 === 0
        ? { removed: await one, approved: await other }
        : { removed: await other, approved: await one };
    }),
  );
  for (const [index, { removed, approved }] of answers.entries()) {
    expect(removed).toBeUndefined();
    const { status } = await get(approvals[index]?.id ?? 0n);
    if (approved === undefined) expect(status).toBe(ApprovalStatus.APPROVED);
    else {
      expect(approved).toBe('already_exists approval_already_decided');
      expect(status).toBe(ApprovalStatus.CANCELLED);
    }
  }
  await eventually(() => expect(approvals.map(({ id }) => decidedEvents(id).length)).toEqual(approvals.map(() => 1)));
});

test('a deleted workflow cancels what waits in it', async () => {
  const { workflow, approval } = await enroll();
  await apply(harness, workflow, { deleted: true });
  await eventually(async () => expect(await get(approval.id)).toMatchObject({ status: ApprovalStatus.CANCELLED }));
});

test('an approval that nobody decides expires with its step, and decisions at its end agree with the run', async () => {
  const { approvals, workflowId } = await enroll(12);
  const expiresAt = approvals[0]?.expiresAt;
  expect(expiresAt && timestampDate(expiresAt).getTime()).toBeGreaterThan(Date.now());
  harness.pass(2 * hourMs - 300_000);
  expect(await refusal(harness.approvals().approveApproval({ id: approvals[0]?.id ?? 0n }))).toBeUndefined();
  // Meanwhile, the other approvals expire.
  const refusals = await Promise.all(
    approvals.slice(1).map(async ({ id }, index) => {
      if (index === 5) harness.pass(300_000);
      return refusal(harness.approvals().approveApproval({ id }));
    }),
  );
  for (const [index, approval] of approvals.entries()) {
    const refused = index === 0 ? undefined : refusals[index - 1];
    const { status } = await eventually(async () => {
      const found = await get(approval.id);
      expect(found.status).not.toBe(ApprovalStatus.PENDING);
      return found;
    });
    expect(status).toBe(refused === undefined ? ApprovalStatus.APPROVED : ApprovalStatus.EXPIRED);
    expect(await endOf(approval)).toMatchObject({ step: refused === undefined ? 'yes' : 'late' });
  }
  expect(refusals.slice(6)).toEqual(refusals.slice(6).map(() => 'already_exists approval_already_decided'));
  expect(workflowId).toBeDefined();
});

test('in a paused workflow an approval expires too, and a decision before waits for the run', async () => {
  const { approvals, workflow } = await enroll(2);
  const [decided, late] = approvals;
  if (decided === undefined || late === undefined) throw new Error('two wait');
  await apply(harness, { ...workflow, status: WorkflowStatus.PAUSED });
  await harness.approvals().approveApproval({ id: decided.id });
  harness.pass(3 * hourMs);
  await eventually(async () => expect(await get(late.id)).toMatchObject({ status: ApprovalStatus.EXPIRED }));
  expect(await refusal(harness.approvals().approveApproval({ id: late.id }))).toBe(
    'already_exists approval_already_decided',
  );
  await apply(harness, { ...workflow, status: WorkflowStatus.ACTIVE });
  expect(await endOf(decided)).toMatchObject({ step: 'yes' });
  expect(await endOf(late)).toMatchObject({ step: 'late' });
  await eventually(() => expect(decidedEvents(late.id)).toHaveLength(1));
});

test('test keys have approvals of their own, which members may decide', async () => {
  const { approval } = await enroll(1, { caller: tester, mode: Mode.TEST });
  expect(approval.mode).toBe(Mode.TEST);
  expect((await harness.approvals().listApprovals({ ids: [approval.id] })).approvals).toEqual([]);
  expect((await harness.approvals().listApprovals({ ids: [approval.id], mode: Mode.TEST })).approvals).toHaveLength(1);
  expect(await refusal(harness.approvals(tester).approveApproval({ id: approval.id }))).toBe(
    'permission_denied user_required',
  );
  await harness.approvals(admin).approveApproval({ id: approval.id });
  expect(await endOf(approval, tester)).toMatchObject({ step: 'yes' });
});

let keys = 0;
/** Makes a request as the agents service sends it. */
function action(more: Partial<Omit<RequestApprovalRequest, '$typeName' | '$unknown'>> = {}) {
  keys += 1;
  return {
    key: `agents:execution-${keys}:2`,
    kind: ApprovalKind.AGENT_ACTION,
    agentId: 7n,
    executionId: 70n,
    message: 'Send a mail?',
    preview: json({ action: 'email.send', arguments: { to: 'ada@example.com', subject: 'Hi' } }),
    canEditArguments: true,
    expiresAt: timestampFromDate(new Date(Date.now() + harness.shiftMs() + 44 * hourMs)),
    ...more,
  };
}
const request = async (asked: ReturnType<typeof action>, caller = service) =>
  (await harness.approvalRequests(caller).requestApproval(asked)).approval as Approval;

test('a service asks once for each key, and learns of the decision by event or by asking again', async () => {
  const asked = action();
  const [one, other] = await Promise.all([request(asked), request(asked)]);
  expect(other).toEqual(one);
  expect(await request(asked, { ...service, organizationId: 2n })).not.toMatchObject({ id: one.id });
  expect(one).toMatchObject({ kind: ApprovalKind.AGENT_ACTION, agentId: 7n, executionId: 70n });
  const { id, binding } = one;
  await harness.approvals().approveApproval({ id, binding });
  expect(await request(asked)).toMatchObject({
    id,
    status: ApprovalStatus.APPROVED,
    decidedBy: { type: 'user', id: '1' },
  });
  expect(
    (
      await eventually(() => {
        expect(decidedEvents(id)).toHaveLength(1);
        return decidedEvents(id);
      })
    )[0]?.payload.value,
  ).toMatchObject({ status: ApprovalStatus.APPROVED, executionId: 70n });
  expect(harness.published.filter(({ aggregate }) => aggregate === `approval:${id}`)).toHaveLength(2);
});

test('a decision is about the preview that was shown, and no other', async () => {
  const asked = action();
  const { id, binding } = await request(asked);
  expect(await refusal(harness.approvals().approveApproval({ id }))).toBe('malformed parameter_missing');
  expect(await refusal(harness.approvals().rejectApproval({ id }))).toBe('malformed parameter_missing');
  const changed = await request({
    ...asked,
    preview: json({ action: 'email.send', arguments: { to: 'eve@example.com' } }),
  });
  expect(changed).toMatchObject({ id, status: ApprovalStatus.PENDING });
  expect(changed.binding).not.toBe(binding);
  expect(await refusal(harness.approvals().approveApproval({ id, binding }))).toBe('aborted approval_changed');
  await harness.approvals().approveApproval({ id, binding: changed.binding.toUpperCase() });
  // A second request with the same key does not undo the decision.
  expect(await request(asked)).toMatchObject({ binding: changed.binding, status: ApprovalStatus.APPROVED });
});

test('of a decision and a change of the preview at once, the decision is about what was shown', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const asked = action();
      const { id, binding } = await request(asked);
      const [refused, after] = await Promise.all([
        refusal(harness.approvals().approveApproval({ id, binding })),
        request({ ...asked, preview: json({ action: 'other' }), canEditArguments: false }),
      ]);
      return { refused, binding, after, now: await get(id) };
    }),
  );
  for (const { refused, binding, now } of outcomes) {
    if (refused === undefined) expect(now).toMatchObject({ binding, status: ApprovalStatus.APPROVED });
    else {
      expect([refused, now.status]).toEqual(['aborted approval_changed', ApprovalStatus.PENDING]);
      expect(now.binding).not.toBe(binding);
    }
  }
});

test('of two who decide at once about an action one wins too, although no run is locked', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const { id, binding } = await request(action());
      return Promise.all([
        refusal(harness.approvals(approver).approveApproval({ id, binding })),
        refusal(harness.approvals(admin).rejectApproval({ id, binding })),
      ]);
    }),
  );
  for (const refusals of outcomes) expect(refusals.filter((one) => one === undefined)).toHaveLength(1);
  expect(outcomes.flat().filter((one) => one !== undefined)).toEqual(
    outcomes.map(() => 'already_exists approval_already_decided'),
  );
});

test('an editor may approve other arguments, and both are kept', async () => {
  const asked = action();
  const { id, binding, preview } = await request(asked);
  const edit = { id, binding, editedArguments: json({ to: 'ada@example.com', subject: 'Hello' }) };
  expect(await refusal(harness.approvals(approver).approveApproval(edit))).toBe('permission_denied insufficient_role');
  expect(await refusal(harness.approvals().approveApproval({ ...edit, editedArguments: json([1]) }))).toBe(
    'invalid validation_failed',
  );
  const { approval } = await harness.approvals().approveApproval(edit);
  expect(parsed(approval?.preview)).toEqual(parsed(preview));
  expect(parsed(approval?.editedArguments)).toEqual({ to: 'ada@example.com', subject: 'Hello' });
  const edited = await request(
    action({ preview: json({ action: 'email.send', arguments: { subject: 'Hello', to: 'ada@example.com' } }) }),
  );
  expect(approval).toMatchObject({ binding, editedBinding: edited.binding });

  const fixed = await request(action({ canEditArguments: false }));
  expect(await refusal(harness.approvals().approveApproval({ ...edit, id: fixed.id }))).toBe(
    'failed_precondition approval_not_editable',
  );
});

test('a budget is raised by admins alone', async () => {
  const { id, binding, roles } = await request(action({ kind: ApprovalKind.BUDGET, canEditArguments: false }));
  expect(roles).toEqual([Role.ADMIN]);
  expect(await refusal(harness.approvals().approveApproval({ id, binding }))).toBe(
    'permission_denied insufficient_role',
  );
  await harness.approvals(admin).approveApproval({ id, binding });
});

test.each([
  ['no key', { key: '' }],
  ['the kind of a step', { kind: ApprovalKind.STEP }],
  ['no preview', { preview: json([]) }],
  ['a preview that is not JSON', { preview: new TextEncoder().encode('{') }],
  ['viewers', { roles: [Role.VIEWER] }],
  ['editors for a budget', { kind: ApprovalKind.BUDGET, roles: [Role.EDITOR] }],
  ['no arguments to edit', { preview: json({}) }],
  ['an enrollment of no workflow', { enrollmentId: 1n }],
  ['an end in two years', { expiresAt: timestampFromDate(new Date(Date.now() + 2 * 366 * 24 * hourMs)) }],
])('a request with %s is refused', async (_what, more) => {
  expect(await refusal(request(action(more)))).toBe('invalid validation_failed');
});

test('a service withdraws what it asked for, and an approval of a service expires by itself', async () => {
  const asked = action();
  const withdrawn = await request(asked);
  await harness.approvalRequests({ ...service, organizationId: 2n }).cancelApproval({ key: asked.key });
  expect(await get(withdrawn.id)).toMatchObject({ status: ApprovalStatus.PENDING });
  await harness.approvalRequests(service).cancelApproval({ key: asked.key });
  await harness.approvalRequests(service).cancelApproval({ key: asked.key });
  expect(await get(withdrawn.id)).toMatchObject({ status: ApprovalStatus.CANCELLED });

  const forgotten = await request(action());
  harness.pass(48 * hourMs);
  await eventually(async () => expect(await get(forgotten.id)).toMatchObject({ status: ApprovalStatus.EXPIRED }));
  await eventually(() => expect(decidedEvents(forgotten.id)).toHaveLength(1));
});

test('a removed enrollment takes the approvals of services with it, and the texts of its own', async () => {
  const { approval, workflowId, enrollmentIds } = await enroll();
  const enrollmentId = enrollmentIds[0] ?? 0n;
  const other = await request(action({ workflowId, enrollmentId }));
  await harness.enrollments().deleteEnrollment({ workflowId, id: enrollmentId });
  for (const { id } of [approval, other]) {
    const { status, message, preview } = await get(id);
    expect({ status, message, preview: parsed(preview) }).toEqual({
      status: ApprovalStatus.CANCELLED,
      message: 'Erased',
      preview: {},
    });
  }
});

test('whatever ends an enrollment ends the approvals of services, and what is asked for it later is cancelled at once', async () => {
  const hold = [{ type: 'wait', duration: 1, unit: 'days' }];
  const workflow = await makeWorkflow(harness, hold);
  const { id: workflowId } = workflow;
  const people = json([{ email: 'waits@example.com' }]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: people });
  const quick = await makeWorkflow(harness, [{ type: 'log', message: 'x' }]);
  const done = await harness.enrollments().bulkEnroll({ workflowId: quick.id, contacts: people });
  const [enrollmentId = 0n] = enrollmentIds;
  const [endedId = 0n] = done.enrollmentIds;
  const ofLiving = await request(action({ workflowId, enrollmentId }));
  const ofEnded = await request(action({ workflowId: quick.id, enrollmentId: endedId }));
  expect([ofLiving.status, ofEnded.status]).toEqual([ApprovalStatus.PENDING, ApprovalStatus.PENDING]);
  await apply(harness, workflow, { deleted: true });
  await harness.enrollments().deleteEnrollment({ workflowId: quick.id, id: endedId });
  for (const { id } of [ofLiving, ofEnded]) {
    await eventually(async () => expect((await get(id)).status).toBe(ApprovalStatus.CANCELLED));
  }
  for (const of of [
    { workflowId, enrollmentId },
    { workflowId: quick.id, enrollmentId: endedId },
    { workflowId, enrollmentId: 999_999_999n },
  ]) {
    const { status, message, preview } = await request(action(of));
    expect({ status, message, preview: parsed(preview) }).toEqual({
      ...{ status: ApprovalStatus.CANCELLED, message: 'Erased', preview: {} },
    });
  }
});

test('approvals go with the history of their time', async () => {
  const expiresAt = timestampFromDate(new Date(Date.now() + 300 * 24 * hourMs));
  const { id, binding } = await request(action({ expiresAt }));
  await harness.approvals().rejectApproval({ id, binding });
  const waiting = await request(action({ expiresAt }));
  harness.pass(181 * 24 * hourMs);
  await harness.startRuntime();
  await eventually(async () => expect(await refusal(get(id))).toBe('not_found approval_not_found'));
  expect(await get(waiting.id)).toMatchObject({ status: ApprovalStatus.PENDING });
});
