import { stepTypes } from '@drippulse/engine';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { roles } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { fuzzTimeoutMs, hostileValues, inRounds, type Random } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { json, parsed, referenceSteps, refusal } from './requests.ts';

let harness: Harness;
const lookedUp = new Set<string>();

async function resolve(hostname: string): Promise<string[]> {
  lookedUp.add(hostname);
  return [hostname.startsWith('inside') ? '10.0.0.1' : '8.8.8.8'];
}

beforeAll(async () => {
  harness = await startHarness({ resolve });
});
afterAll(() => harness.stop());

type RawStep = Record<string, unknown>;

/** Saves and checks the same members. Returns the problems of both calls, and the steps if there are no problems. */
async function both(members: { steps?: Uint8Array; status?: WorkflowStatus; name?: string }) {
  const saving = harness.workflows(editor).createWorkflow({ name: 'Checked', ...members });
  const refused = await refusal(saving);
  const stored = refused === undefined ? (await saving).workflow?.steps : undefined;
  const { valid, problems, steps } = await harness.workflows(editor).validateWorkflow(members);
  return { valid, problems, refused, stored: stored && parsed(stored), shown: valid ? parsed(steps) : undefined };
}

const withoutIds = (steps: unknown) => (steps as RawStep[]).map(({ id: _, ...step }) => step);

/** Creates a few steps from the catalog. Every third step has one change. */
function randomSteps(random: Random): unknown[] {
  const steps = random.some(stepTypes, 1 + random.below(6)).map(({ example }) => structuredClone(example) as RawStep);
  return steps.map((step, index) => (random.below(3) === 0 ? changed(random, step, index) : step));
}

function changed(random: Random, step: RawStep, index: number): unknown {
  const config = { ...(step['config'] as RawStep) };
  const names = Object.keys(config);
  const value = random.pick(hostileValues(random)).make(40);
  const jump = random.pick(['next', 'end', 'nowhere', 's0', `s${index}`]);
  return random.pick<() => unknown>([
    () => value,
    () => ({ ...step, type: random.pick(['emial', 'trigger', 5, null, value]) }),
    () => ({ ...step, id: random.pick(['s0', 'next', 'a b', value]) }),
    () => ({ ...step, name: value }),
    () => ({ ...step, config: value }),
    () => ({ ...step, config: names.length === 0 ? config : { ...config, [random.pick(names)]: value } }),
    () => ({ ...step, config: Object.fromEntries(Object.entries(config).slice(1)) }),
    () => ({ ...step, id: `s${index}`, config: { ...config, on_error: jump, on_true: jump } }),
    () => ({ type: 'webhook_callback', url: random.pick(['https://127.0.0.1/', 'https://{{ a }}/?token=secret-1']) }),
    () => ({ type: 'webhook_callback', url: 'https://a.example/?token=***' }),
  ])();
}

test(
  'steps are valid exactly if they can be saved, and a check names the same problems',
  () =>
    inRounds(async (random) => {
      const seen = { valid: 0, invalid: 0 };
      for (let round = 0; round < 150; round += 1) {
        const steps = randomSteps(random);
        const status = random.pick([WorkflowStatus.DRAFT, WorkflowStatus.ACTIVE]);
        const { valid, problems, refused, stored, shown } = await both({ steps: json(steps), status });
        const told = problems.map(({ path }) => path).sort();
        const fields = refused?.fields ?? {};
        expect({ steps, told, valid }).toEqual({
          steps,
          told: Object.keys(fields).sort(),
          valid: refused === undefined,
        });
        // The message of a refusal also names the step.
        for (const { path, message } of problems) expect(fields[path]?.endsWith(message)).toBe(true);
        for (const { path, step } of problems) expect(path).toMatch(step === undefined ? /^steps$/ : `steps.${step}`);
        seen[valid ? 'valid' : 'invalid'] += 1;
        if (!valid) continue;
        // Steps that are saved in the form in which they were shown stay the same, with their defaults.
        const again = await harness.workflows(editor).validateWorkflow({ steps: json(stored) });
        expect(withoutIds(parsed(again.steps))).toEqual(withoutIds(shown));
        expect(shown).toMatchObject(withoutIds(stored).map(({ config, ...step }) => step));
      }
      expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(10);
    }),
  fuzzTimeoutMs,
);

test('the default of every parameter that is absent is shown', async () => {
  const steps = json([
    { type: 'email', subject: 'Hello', body: 'Hi', to: null },
    { type: 'wait', duration: 1, unit: 'hours' },
  ]);
  const checked = await harness.workflows(editor).validateWorkflow({ steps });
  expect(checked.valid).toBe(true);
  expect(parsed(checked.steps)).toMatchObject([
    {
      position: 0,
      name: 'Email',
      config: { subject: 'Hello', to: '{{ email }}', integration_id: 'internal', on_error: 'fail' },
    },
    { position: 1, config: { duration: 1, unit: 'hours' } },
  ]);
});

test('a value of a wrong type has one problem', async () => {
  const steps = json([{ type: 'approval', message: 'Go on?', roles: 'everybody' }]);
  const { problems } = await harness.workflows(editor).validateWorkflow({ steps });
  expect(problems.map(({ path, message }) => [path, message])).toEqual([['steps.0.config.roles', 'must be an array']]);
});

test('problems of the other members are told beside those of the steps', async () => {
  const request = { name: ' ', steps: json([{ type: 'log' }]), integrations: json({}) };
  const { valid, problems } = await harness.workflows(editor).validateWorkflow(request);
  expect(valid).toBe(false);
  expect(problems.map(({ path, step }) => [path, step])).toEqual([
    ['name', undefined],
    ['integrations', undefined],
    ['steps.0.config.message', 0],
  ]);
});

test('steps that are to be active need one step, and steps of an active workflow are to be active', async () => {
  const problemsOf = async (request: object) => {
    const { problems } = await harness.workflows(editor).validateWorkflow({ steps: json([]), ...request });
    return problems.map(({ path }) => path);
  };
  expect(await problemsOf({})).toEqual([]);
  expect(await problemsOf({ status: WorkflowStatus.ACTIVE })).toEqual(['steps']);
  const { workflow } = await harness
    .workflows(editor)
    .createWorkflow({ name: 'Live', status: WorkflowStatus.ACTIVE, steps: referenceSteps });
  expect(await problemsOf({ workflowId: workflow?.id })).toEqual(['steps']);
  expect(await problemsOf({ workflowId: workflow?.id, status: WorkflowStatus.DRAFT })).toEqual([]);
});

test('a masked credential is valid for the workflow that has it, and for no other', async () => {
  const callback = { id: 'tell', type: 'webhook_callback', config: { url: 'https://a.example/in?token=planted-1' } };
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Secret', steps: json([callback]) });
  const steps = workflow?.steps;
  const ofWorkflow = await harness.workflows(editor).validateWorkflow({ steps, workflowId: workflow?.id });
  expect(ofWorkflow).toMatchObject({ valid: true });
  expect(JSON.stringify(parsed(ofWorkflow.steps))).toMatch(/token=\*\*\*/);
  expect(JSON.stringify(parsed(ofWorkflow.steps))).not.toContain('planted');
  const { valid, problems, refused } = await both({ ...(steps && { steps }) });
  expect({ valid, refused }).toMatchObject({ valid: false, refused: { error: 'invalid secret_needed' } });
  expect(Object.keys(refused?.fields ?? {})).toEqual(problems.map(({ path }) => path));
  // A caller who may not see the credential gets it back masked, even if the caller has just sent it in full.
  const whole = await harness.workflows({ ...editor, role: 'viewer' }).validateWorkflow({ steps: json([callback]) });
  expect(JSON.stringify(parsed(whole.steps))).not.toContain('planted');
});

test('viewers and test keys may check, nothing is stored, and foreign ids are unknown', async () => {
  const rows = async () => {
    const tables = ['workflows', 'workflow_versions', 'outbox', 'idempotency_keys'] as const;
    return Promise.all(
      tables.map((table) =>
        harness.db
          .selectFrom(table as 'workflows')
          .select((eb) => eb.fn.countAll().as('n'))
          .execute(),
      ),
    );
  };
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Ours', steps: referenceSteps });
  // Waits until the event of the new workflow was sent.
  await eventually(async () => expect((await rows())[2]).toEqual([{ n: 0n }]));
  const before = await rows();
  const request = { steps: referenceSteps, workflowId: workflow?.id };
  for (const caller of [{ ...editor, role: 'viewer' } as const, tester]) {
    expect(await harness.workflows(caller).validateWorkflow(request)).toMatchObject({ valid: true });
  }
  const foreign = harness.workflows(stranger).validateWorkflow(request);
  expect(await refusal(foreign)).toMatchObject({ error: 'not_found workflow_not_found' });
  const elsewhere = harness.workflows(editor).validateWorkflow({ steps: referenceSteps, projectId: 201n });
  expect(await refusal(elsewhere)).toMatchObject({ error: 'not_found project_not_found' });
  expect(await rows()).toEqual(before);
});

test('names are looked up for those alone who may save them', async () => {
  const check = (role: (typeof roles)[number]) => {
    const steps = json([{ type: 'webhook_callback', config: { url: `https://inside-${role}.example/` } }]);
    return harness.workflows({ ...editor, role }).validateWorkflow({ steps });
  };
  const verdicts = [];
  for (const role of roles) verdicts.push([role, (await check(role)).valid, lookedUp.has(`inside-${role}.example`)]);
  expect(verdicts).toEqual([
    ['viewer', true, false],
    ['approver', true, false],
    ['editor', false, true],
    ['admin', false, true],
  ]);
});

test('a connection that is not there yet is a warning, and refuses neither a check nor a save', async () => {
  const alert = json([{ type: 'alert', config: { message: 'Hello', connection_key: 'sales' } }]);
  expect(await harness.workflows(editor).validateWorkflow({ steps: alert })).toMatchObject({
    valid: true,
    warnings: [],
  });
  harness.integrations.unusable.set('slack', 'there is no connection of Slack with the key sales');
  try {
    expect(await harness.workflows(editor).validateWorkflow({ steps: alert })).toMatchObject({
      valid: true,
      problems: [],
      warnings: [
        {
          path: 'steps.0.config.connection_key',
          step: 0,
          code: 'not_found',
          message: 'no usable connection for slack: there is no connection of Slack with the key sales',
        },
      ],
    });
    await harness.workflows(editor).createWorkflow({ name: 'Later', steps: alert });
  } finally {
    harness.integrations.unusable.clear();
  }
});
