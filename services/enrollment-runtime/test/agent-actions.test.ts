import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startMailing } from './mailing.ts';
import { json, makeWorkflow, refusal } from './workflow.ts';

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 1 });
});
afterAll(() => mailing?.stop());

type Organization = ReturnType<(typeof mailing)['newOrganization']>;

const plannedAt = timestampFromDate(new Date());
let keys = 0;

/** The enrollment for which an action is performed, if there is one. */
type Place = { workflowId?: bigint; enrollmentId?: bigint };

/** Makes a new action of agent 3. */
function action(kind: string, request: object, more: Place = {}) {
  keys += 1;
  return {
    key: `${crypto.randomUUID()}:${keys}`,
    kind,
    request: json(request),
    attempt: 1,
    plannedAt,
    agentId: 3n,
    ...more,
  };
}

function mailTo(to: string, place: Place) {
  const own = { integration_id: 'internal', integration_name: 'internal', connection_key: 'default' };
  return action('email', { ...own, to, subject: 'Hello', text: 'Hello', class: 'marketing', on_capped: 'skip' }, place);
}

/** Makes an enrollment that has not ended. */
async function enrolled({ organizationId, enroll }: Organization, email: string) {
  const { id: workflowId } = await makeWorkflow(
    mailing.harness,
    [{ type: 'trigger' }, { type: 'wait', duration: 1, unit: 'days' }],
    { organizationId },
  );
  const [enrollmentId = 0n] = await enroll(workflowId, [email]);
  return { workflowId, enrollmentId };
}

test('a mail is one mail, however often it is asked for, and is found by reports and unsubscribes', async () => {
  const organization = mailing.newOrganization();
  const place = await enrolled(organization, 'once@example.com');
  const asked = mailTo('once@example.com', place);
  const actions = mailing.harness.actions(organization.caller);
  for (const attempt of [1, 2, 3]) {
    const { result } = await actions.performAction({ ...asked, attempt });
    expect(result?.outcome).toMatchObject({
      case: 'succeeded',
      value: { message: 'Sent to once@example.com: "Hello"' },
    });
  }
  expect(organization.mailsTo('once@example.com')).toHaveLength(1);
  const deliveries = await mailing.harness.db
    .selectFrom('deliveries')
    .selectAll()
    .where('organization_id', '=', organization.organizationId)
    .execute();
  expect(deliveries).toMatchObject([{ status: 'sent', receiver: 'once@example.com', step_id: 'agent:3' }]);
});

test('a mail takes a permit: a suppression stops it, and a cap counts it once', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ caps: [{ id: 'one', limit: 1, per: { duration: 1, unit: 4 }, window: 1 }] });
  const place = await enrolled(organization, 'capped@example.com');
  const actions = mailing.harness.actions(organization.caller);
  const first = mailTo('capped@example.com', place);
  for (const attempt of [1, 2]) {
    const { result } = await actions.performAction({ ...first, attempt });
    expect(result?.outcome.case).toBe('succeeded');
  }
  const second = await actions.performAction(mailTo('capped@example.com', place));
  expect(second.result?.outcome.case).toBe('skipped');
  expect(organization.mailsTo('capped@example.com')).toHaveLength(1);
  const other = await enrolled(organization, 'gone@example.com');
  await mailing.harness.suppressions(organization.caller).createSuppression({ email: 'gone@example.com', reason: 1 });
  const { result } = await actions.performAction(mailTo('gone@example.com', other));
  expect(result?.outcome).toMatchObject({ case: 'skipped', value: { reason: expect.stringContaining('suppressed') } });
  expect(organization.mailsTo('gone@example.com')).toEqual([]);
});

test('what quiet hours would hold is skipped, and is not sent later', async () => {
  const organization = mailing.newOrganization();
  await organization.rules({ quietHours: [{ from: '00:00', to: '23:59' }] });
  const place = await enrolled(organization, 'quiet@example.com');
  const { result } = await mailing.harness
    .actions(organization.caller)
    .performAction(mailTo('quiet@example.com', place));
  expect(result?.outcome.case).toBe('skipped');
  const sends = await mailing.harness.db
    .selectFrom('sends')
    .select('status')
    .where('organization_id', '=', organization.organizationId)
    .execute();
  expect(sends).toEqual([{ status: 'skipped' }]);
});

test('a mail needs an enrollment of the organization that goes on', async () => {
  const organization = mailing.newOrganization();
  const place = await enrolled(organization, 'ended@example.com');
  const stranger = mailing.newOrganization();
  const asked = (from: Organization, more: Place) =>
    refusal(mailing.harness.actions(from.caller).performAction(mailTo('ended@example.com', more)));
  expect(await asked(organization, {})).toBe('invalid validation_failed');
  expect(await asked(stranger, place)).toBe('not_found enrollment_not_found');
  expect(await asked(organization, { ...place, enrollmentId: 999n })).toBe('not_found enrollment_not_found');
  const { workflowId, enrollmentId: id } = place;
  await mailing.harness.enrollments(organization.caller).deleteEnrollment({ workflowId, id });
  expect(await asked(organization, place)).toBe('not_found enrollment_not_found');
  expect(organization.mailsTo('ended@example.com')).toEqual([]);
});

test('the CRM is written to in the name of who asked, by the key, and in test mode not at all', async () => {
  const organization = mailing.newOrganization();
  const fields = { kind: 'note', subject: 'Called' };
  const asked = action('crm_create_activity', { integration_id: 'internal', fields });
  const { result } = await mailing.harness.actions(organization.caller).performAction(asked);
  expect(result?.outcome).toMatchObject({ case: 'succeeded', value: { message: 'Created activity act_1' } });
  const repeat = await mailing.harness.actions(organization.caller).performAction({ ...asked, attempt: 2 });
  expect(repeat.result).toEqual(result);
  const { writes } = mailing.harness.crm;
  expect(writes).toMatchObject([{ key: asked.key, caller: { actor: organization.caller.actor, role: 'editor' } }]);
  const tester = { ...organization.caller, mode: 'test' as const };
  const stub = await mailing.harness
    .actions(tester)
    .performAction(action('crm_create_activity', { integration_id: 'internal', fields }));
  expect(stub.result?.outcome).toMatchObject({ value: { message: 'Would create activity note "Called"' } });
  expect(writes).toHaveLength(1);
});

test.each(['agent', 'score_lead', 'approval', ''])('agents do not perform %s', async (kind) => {
  const { caller } = mailing.newOrganization();
  expect(await refusal(mailing.harness.actions(caller).performAction(action(kind, {})))).toBe(
    'invalid validation_failed',
  );
});
