import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { OperatorAnswersSchema, OperatorSource } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { expect, test } from '@jest/globals';
import { checkAnswers, type Goal, packAnswers, readAnswers, unpackAnswers } from './answers.ts';
import { type Operation, planOperations } from './plan-operations.ts';

type Given = MessageInitShape<typeof OperatorAnswersSchema>;

const plan = (goal: Goal, given: Given): Operation[] =>
  planOperations(goal, readAnswers(goal, create(OperatorAnswersSchema, given)));

const stepsOf = (operations: readonly Operation[]) =>
  operations.flatMap((operation) => (operation.kind === 'create_workflow' ? operation.steps : []));

const mails = [
  { subject: 'Welcome', body: 'Hello' },
  { subject: 'Still there?', body: 'Hello again' },
];
const routes = [
  { field: 'company_name', contains: 'GmbH', ownerId: 2n },
  { field: 'email', contains: '@big.com', ownerId: 5n },
];
const records = { source: OperatorSource.RECORDS };
const notices = { notifyEmail: 'sales@example.com', slackChannel: '#sales' };

test.each<[string, Goal, Given, string[], string[]]>([
  ['nothing but the goal', 'intake', {}, ['pipeline', 'workflow', 'form'], ['start', 'follow_up']],
  [
    'leads of the CRM and two notices',
    'intake',
    { intake: records, configuration: notices },
    ['pipeline', 'connection', 'workflow'],
    ['start', 'notify_email', 'notify_slack', 'follow_up'],
  ],
  [
    'the usual rule',
    'qualification',
    {},
    ['pipeline', 'workflow', 'form'],
    ['start', 'check', 'qualified', 'follow_up', 'qualified_end', 'unqualified'],
  ],
  [
    'domains that do not qualify',
    'qualification',
    { intake: records, configuration: { excludedDomains: ['Gmail.com'], notifyEmail: 'sales@example.com' } },
    ['pipeline', 'workflow'],
    ['start', 'lower_email', 'check', 'qualified', 'notify_email', 'follow_up', 'qualified_end', 'unqualified'],
  ],
  [
    'two routes and an owner of the others',
    'routing',
    { configuration: { routes, defaultOwnerId: 1n } },
    ['pipeline', 'workflow', 'form'],
    ['start', 'route', 'owner_1', 'owner_1_end', 'owner_2', 'owner_2_end', 'owner_default'],
  ],
  [
    'a route',
    'routing',
    { intake: records, configuration: { routes: routes.slice(0, 1), slackChannel: '#sales' } },
    ['pipeline', 'connection', 'workflow'],
    ['start', 'notify_slack', 'route', 'owner_1', 'owner_1_end'],
  ],
  [
    'two mails',
    'nurture',
    { configuration: { mails } },
    ['pipeline', 'workflow', 'form'],
    ['start', 'mail_1', 'wait_2', 'mail_2'],
  ],
  [
    'a mail that waits, and a pipeline of the user',
    'nurture',
    { intake: records, pipeline: { name: 'Mine' }, configuration: { mails: [{ ...mails[0], afterDays: 1 }] } },
    ['pipeline', 'workflow'],
    ['start', 'wait_1', 'mail_1'],
  ],
])('%s for %s makes these operations and steps, each time the same', (_what, goal, given, keys, steps) => {
  const operations = plan(goal, given);
  expect(operations.map(({ key }) => key)).toEqual(keys);
  expect(stepsOf(operations).map(({ id }) => id)).toEqual(steps);
  expect(checkAnswers(goal, readAnswers(goal, create(OperatorAnswersSchema, given)))).toEqual([]);
  expect(plan(goal, given)).toEqual(operations);
});

test('every jump of a workflow leads to one of its steps', () => {
  const given = { configuration: { routes, mails, excludedDomains: ['gmail.com'], ...notices } };
  for (const goal of ['intake', 'qualification', 'routing', 'nurture'] as const) {
    const steps = stepsOf(plan(goal, given));
    const jumps = JSON.stringify(steps).matchAll(/"(?:go_to|on_true|on_false|default)":"([^"]+)"/g);
    const places = ['next', 'end', ...steps.map(({ id }) => id)];
    expect([...jumps].filter(([, place = '']) => !places.includes(place))).toEqual([]);
  }
});

test('only a form starts its workflow by itself: other leads do so by their event', () => {
  expect(stepsOf(plan('intake', {}))[0]?.config).toEqual({ kind: 'manual' });
  expect(stepsOf(plan('intake', { intake: records }))[0]?.config).toEqual({
    kind: 'event',
    event_name: 'lead.created',
  });
});

test('a form asks for the address, whatever its fields are', () => {
  const operations = plan('intake', { intake: { fields: ['phone', 'custom.plan'] } });
  const fields = operations.flatMap((operation) => (operation.kind === 'create_lead_form' ? operation.fields : []));
  expect(fields.map(({ name, required }) => [name, required])).toEqual([
    ['phone', false],
    ['custom.plan', false],
    ['email', true],
  ]);
});

test('stored answers are those that were given', () => {
  const answers = create(OperatorAnswersSchema, { intake: records, configuration: { routes, mails } });
  expect(unpackAnswers(packAnswers(answers))).toEqual(answers);
});
