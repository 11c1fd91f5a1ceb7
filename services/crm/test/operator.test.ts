import type { MessageInitShape } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import {
  OperatorActivityKind,
  type OperatorConfigurationSchema,
  OperatorGoal,
  type OperatorIntakeSchema,
  OperatorOperationKind,
  OperatorOperationStatus,
  type OperatorPipelineSchema,
  OperatorPlanStatus,
  OperatorSource,
  type PreviewOperatorPlanRequest,
} from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { forgetActivities, forgetPlans } from '../src/loops/forget-operator.ts';
import { editor, type Harness, key, startHarness, stranger, tester } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());
beforeEach(() => {
  harness.stepWarnings.length = 0;
});

type Answers = {
  intake?: MessageInitShape<typeof OperatorIntakeSchema>;
  pipeline?: MessageInitShape<typeof OperatorPipelineSchema>;
  configuration?: MessageInitShape<typeof OperatorConfigurationSchema>;
};

const viewer: Caller = { ...editor, role: 'viewer' };
const operator = (caller = editor) => harness.operator(caller);
const mails = [{ subject: 'Welcome', body: 'Hello' }];

let names = 0;
/** Creates a plan whose workflow and form have unique names. */
async function preview(answers: Answers = {}, caller = editor, goal = OperatorGoal.NURTURE) {
  names += 1;
  const { plan } = await operator(caller).previewOperatorPlan({
    goal,
    answers: {
      ...answers,
      intake: { formName: `Form ${names}`, ...answers.intake },
      configuration: { workflowName: `Workflow ${names}`, mails, ...answers.configuration },
    },
  });
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const apply = async (id: string, caller = editor) => (await operator(caller).applyOperatorPlan({ id })).plan;
const statusesOf = (plan: Awaited<ReturnType<typeof apply>>) => plan?.operations.map(({ status }) => status);
const activity = async (caller = editor) => (await operator(caller).listOperatorActivity({})).activity;
const workflowsOf = (id: string) => harness.createdWorkflows.filter((one) => one.key.includes(id));
const formsNamed = async (name: string) =>
  harness.db.selectFrom('lead_forms').selectAll().where('name', '=', name).execute();
const { PLANNED, EXISTS, MISSING, DONE } = OperatorOperationStatus;

test('a preview lists the operations and makes none of them', async () => {
  const plan = await preview();
  expect(plan).toMatchObject({ status: OperatorPlanStatus.PREVIEWED, goal: OperatorGoal.NURTURE, mode: Mode.LIVE });
  expect(plan.operations.map(({ kind }) => kind)).toEqual([
    OperatorOperationKind.ENSURE_DEFAULT_PIPELINE,
    OperatorOperationKind.CREATE_WORKFLOW,
    OperatorOperationKind.CREATE_LEAD_FORM,
  ]);
  expect(plan.operations[1]).toMatchObject({ status: PLANNED, details: ['Lead form', 'Mail 1'] });
  expect(plan.operations[1]?.resourceId).toBeUndefined();
  expect(workflowsOf(plan.id)).toEqual([]);
  expect(await formsNamed(`Form ${names}`)).toEqual([]);
  expect((await operator(viewer).getOperatorPlan({ id: plan.id })).plan).toEqual(plan);
});

test('a plan makes an active workflow and a form that starts it, and applied again it makes nothing', async () => {
  const { id } = await preview();
  const plan = await apply(id);
  const [workflow] = workflowsOf(id);
  const [form] = await formsNamed(`Form ${names}`);
  expect(workflow).toMatchObject({ status: WorkflowStatus.ACTIVE, steps: [{ type: 'trigger' }, { type: 'email' }] });
  expect(form?.workflow_id).toBe(workflow?.id);
  expect(plan).toMatchObject({
    status: OperatorPlanStatus.APPLIED,
    publicPath: `/public/lead_forms/${form?.token}`,
    operations: [
      {},
      { status: DONE, resourceId: String(workflow?.id) },
      { status: DONE, resourceId: String(form?.id) },
    ],
  });
  const [applied, created] = await activity();
  expect(applied).toMatchObject({ kind: OperatorActivityKind.PLAN_APPLY, planId: id, leadFormId: form?.id });
  expect(created).toMatchObject({
    kind: OperatorActivityKind.LEAD_FORM_CREATED,
    name: `Form ${names}`,
    planId: id,
    publicPath: plan?.publicPath,
    actorType: 'user',
  });
  expect(await apply(id)).toEqual(plan);
  expect([workflowsOf(id).length, (await formsNamed(`Form ${names}`)).length]).toEqual([1, 1]);
  expect((await activity())[0]).toEqual(applied);
});

test('applied by many at once, a plan makes each thing once', async () => {
  const { id } = await preview();
  const plans = await Promise.all([apply(id), apply(id), apply(id), apply(id)]);
  expect(plans.map((plan) => plan?.status)).toEqual(plans.map(() => OperatorPlanStatus.APPLIED));
  expect([workflowsOf(id).length, (await formsNamed(`Form ${names}`)).length]).toEqual([1, 1]);
  const lines = (await activity()).filter(({ planId }) => planId === id);
  expect(lines.map(({ kind }) => kind)).toEqual([
    OperatorActivityKind.PLAN_APPLY,
    OperatorActivityKind.LEAD_FORM_CREATED,
  ]);
});

test('a plan whose workflow was created without an answer gets the same workflow at the next call', async () => {
  const { id } = await preview();
  harness.lostAnswers.push(new DomainError('unavailable', 'unavailable', 'cut off'));
  expect(await refusal(apply(id))).toMatchObject({ error: 'unavailable unavailable' });
  expect((await operator().getOperatorPlan({ id })).plan?.operations[1]?.status).toBe(PLANNED);
  expect(statusesOf(await apply(id))?.slice(1)).toEqual([DONE, DONE]);
  expect(workflowsOf(id)).toHaveLength(1);
});

test('a plan that broke off at its form continues there', async () => {
  const { id } = await preview();
  await sql`create function refuse_form() returns trigger language plpgsql as $$ begin
    raise exception 'broken off'; end $$`.execute(harness.db);
  await sql`create trigger refuse_form before insert on lead_forms for each row execute function refuse_form()`.execute(
    harness.db,
  );
  await expect(apply(id)).rejects.toThrow();
  await sql`drop function refuse_form() cascade`.execute(harness.db);
  const halfway = (await operator().getOperatorPlan({ id })).plan;
  expect(halfway?.status).toBe(OperatorPlanStatus.APPLYING);
  expect(statusesOf(halfway)?.slice(1)).toEqual([DONE, PLANNED]);
  expect((await activity()).filter(({ planId }) => planId === id)).toEqual([]);
  expect(statusesOf(await apply(id))?.slice(1)).toEqual([DONE, DONE]);
  expect(workflowsOf(id)).toHaveLength(1);
});

test('a preview of what was applied finds all of it, and its plan changes nothing', async () => {
  const first = await preview();
  await apply(first.id);
  const again = await operator().previewOperatorPlan({ goal: first.goal, answers: first.answers });
  expect(statusesOf(again.plan)).toEqual([EXISTS, EXISTS, EXISTS]);
  expect(again.plan?.operations.map(({ note }) => note)).toEqual([undefined, undefined, undefined]);
  const { id = '', publicPath } = again.plan ?? {};
  expect((await apply(id))?.publicPath).toBe(publicPath);
  expect(workflowsOf(id)).toEqual([]);
  expect(await formsNamed(`Form ${names}`)).toHaveLength(1);
});

test('a form that exists and starts something else stays as it is, and the plan says so', async () => {
  const { leadForm } = await harness.leadForms(editor).createLeadForm({ name: 'Website' });
  const plan = await preview({ intake: { formName: 'Website' } });
  expect(plan.operations[2]).toMatchObject({ status: EXISTS, note: expect.stringMatching('It starts no workflow') });
  await apply(plan.id);
  expect((await harness.leadForms(editor).getLeadForm({ id: leadForm?.id ?? 0n })).leadForm).toEqual(leadForm);
});

test('a connection that is not there is missing, and does not hinder the plan', async () => {
  harness.stepWarnings.push({ path: 'steps.1.config.connection_key', message: 'no usable connection for slack' });
  const plan = await preview({ configuration: { slackChannel: '#sales' } });
  expect(plan.operations[1]).toMatchObject({
    kind: OperatorOperationKind.CHECK_CONNECTION,
    status: MISSING,
    note: expect.stringMatching('no usable connection'),
  });
  expect((await apply(plan.id))?.status).toBe(OperatorPlanStatus.APPLIED);
});

test('a pipeline of the user has the stages of the answers, closed by Won and Lost', async () => {
  const { id } = await preview({ pipeline: { name: 'Mine', stages: ['New', 'Talking'] } });
  const plan = await apply(id);
  const { pipeline } = await harness
    .pipelines(editor)
    .getCrmOpportunityPipeline({ id: plan?.operations[0]?.resourceId ?? '' });
  expect(pipeline).toMatchObject({ name: 'Mine', isDefault: false, userId: 1n });
  expect(pipeline?.stages.map(({ name }) => name)).toEqual(['New', 'Talking', 'Won', 'Lost']);
});

test('a plan expires, and one whose workflow was archived since is stale', async () => {
  const old = await preview();
  await harness.db
    .updateTable('operator_plans')
    .set({ expires_at: new Date(0) })
    .where('id', '=', old.id)
    .execute();
  expect(await refusal(apply(old.id))).toMatchObject({ error: 'failed_precondition operator_plan_expired' });
  const first = await preview();
  await apply(first.id);
  const { plan } = await operator().previewOperatorPlan({ goal: first.goal, answers: first.answers });
  for (const workflow of workflowsOf(first.id)) workflow.status = WorkflowStatus.ARCHIVED;
  expect(await refusal(apply(plan?.id ?? ''))).toMatchObject({ error: 'failed_precondition operator_plan_stale' });
});

test.each<[string, OperatorGoal, Answers, string]>([
  ['no mail', OperatorGoal.NURTURE, {}, 'configuration.mails'],
  [
    'an empty subject',
    OperatorGoal.NURTURE,
    { configuration: { mails: [{ subject: ' ', body: 'x' }] } },
    'configuration.mails.0.subject',
  ],
  [
    'a wait of years',
    OperatorGoal.NURTURE,
    { configuration: { mails: [{ ...mails[0], afterDays: 366 }] } },
    'configuration.mails.0.after_days',
  ],
  ['no route', OperatorGoal.ROUTING, {}, 'configuration.routes'],
  [
    'a route by an unknown field',
    OperatorGoal.ROUTING,
    { configuration: { routes: [{ field: 'shoe_size', contains: '4', ownerId: 1n }] } },
    'configuration.routes.0.field',
  ],
  [
    'an owner who is not a member',
    OperatorGoal.ROUTING,
    { configuration: { routes: [{ field: 'email', contains: '4', ownerId: 21n }] } },
    'configuration.routes.0.owner_id',
  ],
  [
    'a default owner who is not a member',
    OperatorGoal.ROUTING,
    { configuration: { routes: [{ field: 'email', contains: '4', ownerId: 1n }], defaultOwnerId: 404n } },
    'configuration.default_owner_id',
  ],
  [
    'what is not a domain',
    OperatorGoal.QUALIFICATION,
    { configuration: { excludedDomains: ['gmail'] } },
    'configuration.excluded_domains.0',
  ],
  [
    'a rule by an unknown field',
    OperatorGoal.QUALIFICATION,
    { configuration: { requiredFields: ['__proto__'] } },
    'configuration.required_fields.0',
  ],
  [
    'a form field that leads do not have',
    OperatorGoal.INTAKE,
    { intake: { fields: ['shoe_size'] } },
    'intake.fields.0',
  ],
  ['a form without a name', OperatorGoal.INTAKE, { intake: { formName: '' } }, 'intake.form_name'],
  [
    'what is not a mail address',
    OperatorGoal.INTAKE,
    { configuration: { notifyEmail: 'sales' } },
    'configuration.notify_email',
  ],
  ['an empty channel', OperatorGoal.INTAKE, { configuration: { slackChannel: '' } }, 'configuration.slack_channel'],
  ['a stage twice', OperatorGoal.INTAKE, { pipeline: { name: 'Mine', stages: ['A', 'A'] } }, 'pipeline.stages.1'],
  [
    'too many stages',
    OperatorGoal.INTAKE,
    { pipeline: { name: 'Mine', stages: Array.from({ length: 21 }, (_, n) => `S${n}`) } },
    'pipeline.stages',
  ],
])('%s is refused by the answer', async (_what, goal, answers, field) => {
  const refused = await refusal(operator().previewOperatorPlan({ goal, answers }));
  expect(refused).toMatchObject({ error: 'invalid validation_failed' });
  expect(Object.keys(refused?.fields ?? {})).toContain(`answers.${field}`);
});

test('a plan needs a goal, and hCaptcha that the server has', async () => {
  const none: Partial<PreviewOperatorPlanRequest> = {};
  expect(await refusal(operator().previewOperatorPlan(none))).toMatchObject({ error: 'malformed parameter_missing' });
  const answers = { intake: { hcaptchaRequired: true } };
  expect(await refusal(operator().previewOperatorPlan({ goal: OperatorGoal.INTAKE, answers }))).toMatchObject({
    error: 'failed_precondition hcaptcha_not_configured',
  });
});

test('a plan of another organization, an unknown id and no id at all answer alike', async () => {
  const { id } = await preview();
  const missing = { error: 'not_found operator_plan_not_found' };
  for (const asking of [
    operator(stranger).getOperatorPlan({ id }),
    operator(stranger).applyOperatorPlan({ id }),
    operator().getOperatorPlan({ id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' }),
    operator().applyOperatorPlan({ id: 'plan' }),
  ]) {
    expect(await refusal(asking)).toMatchObject(missing);
  }
  expect(await activity(stranger)).toEqual([]);
});

test('a viewer changes nothing, and a key gets no pipeline of its own', async () => {
  const { id } = await preview();
  for (const asking of [
    preview({}, viewer),
    operator(viewer).applyOperatorPlan({ id }),
    operator(viewer).ensureOperatorDefaults({}),
  ]) {
    expect(await refusal(asking)).toMatchObject({ error: 'permission_denied insufficient_role' });
  }
  expect(await refusal(preview({ pipeline: { name: 'Mine' } }, key))).toMatchObject({
    error: 'permission_denied user_required',
  });
});

test('what a plan of a test key makes is of the mode test, whoever applies it', async () => {
  const live = await preview();
  expect(await refusal(apply(live.id, tester))).toMatchObject({ error: 'permission_denied test_mode' });
  expect(await refusal(operator(tester).ensureOperatorDefaults({}))).toMatchObject({
    error: 'permission_denied test_mode',
  });
  const trial = await preview({}, tester);
  expect(trial.mode).toBe(Mode.TEST);
  await apply(trial.id, editor);
  expect((await formsNamed(`Form ${names}`)).map(({ mode }) => mode)).toEqual(['test']);
  expect(workflowsOf(trial.id).map(({ mode }) => mode)).toEqual([Mode.TEST]);
  expect((await activity(tester))[0]).toMatchObject({ planId: trial.id, mode: Mode.TEST });
  expect((await activity()).some(({ planId }) => planId === trial.id)).toBe(false);
});

test('the defaults are made once, and each call is in the log', async () => {
  const first = await operator(stranger).ensureOperatorDefaults({});
  const again = await operator(stranger).ensureOperatorDefaults({});
  expect([first.created, again.created]).toEqual([true, false]);
  expect(again.defaultPipelineId).toBe(first.defaultPipelineId);
  const { ENSURE_DEFAULTS } = OperatorActivityKind;
  expect((await activity(stranger)).map(({ kind, name }) => [kind, name])).toEqual([
    [ENSURE_DEFAULTS, 'Default'],
    [ENSURE_DEFAULTS, 'Default'],
  ]);
});

test('the log is read page by page and by kind, and shows no page that is closed', async () => {
  const { leadForm } = await harness.leadForms(editor).createLeadForm({ name: 'Landing' });
  const { LEAD_FORM_CREATED } = OperatorActivityKind;
  const [line] = await activity();
  expect(line).toMatchObject({ kind: LEAD_FORM_CREATED, name: 'Landing', publicPath: leadForm?.publicPath });
  await harness
    .leadForms(editor)
    .updateLeadForm({ id: leadForm?.id ?? 0n, active: false, updateMask: { paths: ['active'] } });
  expect((await activity())[0]?.publicPath).toBeUndefined();
  await preview().then(({ id }) => apply(id));
  const page = await operator().listOperatorActivity({ limit: 1, kind: LEAD_FORM_CREATED });
  const next = await operator().listOperatorActivity({ limit: 1, kind: LEAD_FORM_CREATED, cursor: page.nextCursor });
  expect([page, next].map(({ activity }) => activity.map(({ name }) => name))).toEqual([
    [`Form ${names}`],
    ['Landing'],
  ]);
});

test('lines go after a year with their plans, and plans that nobody applied after 30 days', async () => {
  const applied = await preview({ intake: { source: OperatorSource.RECORDS } });
  await apply(applied.id);
  const previewed = await preview();
  const age = (days: number) =>
    sql`update operator_plans set created_at = now() - ${days} * interval '1 day'
      where id in (${applied.id}, ${previewed.id})`.execute(harness.db);
  const left = async () =>
    (await harness.db.selectFrom('operator_plans').select('id').execute())
      .map(({ id }) => id)
      .filter((id) => [applied.id, previewed.id].includes(id));
  await age(31);
  expect(await forgetPlans(harness.db)).toBe(1);
  expect(await left()).toEqual([applied.id]);
  await age(366);
  await forgetPlans(harness.db);
  expect(await left()).toEqual([]);
  await sql`update operator_activities set created_at = now() - interval '366 days'
    where organization_id = ${stranger.organizationId}`.execute(harness.db);
  await forgetActivities(harness.db);
  expect(await activity(stranger)).toEqual([]);
  expect((await activity()).length).toBeGreaterThan(0);
});
