import type { JsonObject } from '@drippulse/json';
import type { Answers, Goal } from './answers.ts';

/** A step as `POST /workflows` accepts it. */
export type PlannedStep = { id: string; type: string; name: string; config: JsonObject };

/** Template with the lead's name, company and email address, for messages that people read. */
const leadText = '{{ first_name }} {{ last_name }} {{ company_name }} {{ email }}';
/** Template with the public id of the run's lead. */
const leadRef = '{{ lead_ref }}';

/** Returns the steps of a plan's workflow. The same goal and answers always give the same steps. */
export function stepsOf(goal: Goal, answers: Answers): PlannedStep[] {
  return [triggerOf(answers), ...bodies[goal](answers)];
}

const bodies: Readonly<Record<Goal, (answers: Answers) => PlannedStep[]>> = {
  intake: (answers) => [...notices(answers), followUp()],
  qualification: qualificationSteps,
  routing: routingSteps,
  nurture: (answers) => [...notices(answers), ...series(answers)],
};

/** Returns the trigger. A form enrolls its leads itself; leads from other sources start the workflow by their event. */
function triggerOf({ form }: Answers): PlannedStep {
  const config: JsonObject = form === undefined ? { kind: 'event', event_name: 'lead.created' } : { kind: 'manual' };
  return { id: 'start', type: 'trigger', name: form === undefined ? 'New lead' : 'Lead form', config };
}

/** Returns the steps that notify people. A failed notification does not prevent the follow-up of the lead. */
function notices({ notifyEmail, slack }: Answers): PlannedStep[] {
  const mail = {
    to: notifyEmail ?? '',
    subject: `New lead: ${leadText}`,
    body: `A new lead came in: ${leadText}`,
    class: 'transactional',
    on_error: 'continue',
  };
  const message = {
    integration_id: 'slack',
    connection_key: slack?.connectionKey ?? '',
    channel: slack?.channel ?? '',
    message: `New lead: ${leadText}`,
    on_error: 'continue',
  };
  return [
    ...(notifyEmail === undefined ? [] : [{ id: 'notify_email', type: 'email', name: 'Notify by mail', config: mail }]),
    ...(slack === undefined ? [] : [{ id: 'notify_slack', type: 'alert', name: 'Notify in Slack', config: message }]),
  ];
}

function followUp(): PlannedStep {
  return {
    id: 'follow_up',
    type: 'crm_create_activity',
    name: 'Follow up',
    config: { kind: 'task', subject: `Follow up with ${leadText}`, lead_id: leadRef },
  };
}

function qualificationSteps(answers: Answers): PlannedStep[] {
  const { requiredFields, excludedDomains } = answers;
  const conditions = [
    ...requiredFields.map((field) => ({ field, operator: 'exists' })),
    // The email address is compared in lower case, because operators are case-sensitive.
    ...excludedDomains.map((domain) => ({ field: 'lower_email', operator: 'not_contains', value: `@${domain}` })),
  ];
  const lower = { fields: { lower_email: '{{ email | downcase }}' } };
  return [
    ...(excludedDomains.length === 0
      ? []
      : [{ id: 'lower_email', type: 'set_fields', name: 'Read the address', config: lower }]),
    {
      id: 'check',
      type: 'condition',
      name: 'Is it qualified?',
      config: { match: 'all', conditions, on_true: 'next', on_false: 'unqualified' },
    },
    updateLead('qualified', 'Qualified', { status: 'qualified' }),
    ...notices(answers),
    followUp(),
    end('qualified_end'),
    updateLead('unqualified', 'Unqualified', { status: 'unqualified' }),
  ];
}

function routingSteps(answers: Answers): PlannedStep[] {
  const { routes, defaultOwnerId } = answers;
  const branches = routes.map(({ field, contains }, index) => ({
    name: `${field} contains ${contains}`,
    match: 'all',
    conditions: [{ field, operator: 'contains', value: contains }],
    go_to: `owner_${index + 1}`,
  }));
  const assignments = routes.flatMap(({ ownerId }, index) => [
    updateLead(`owner_${index + 1}`, `Owner of route ${index + 1}`, { owner_id: Number(ownerId) }),
    end(`owner_${index + 1}_end`),
  ]);
  return [
    ...notices(answers),
    {
      id: 'route',
      type: 'branch',
      name: 'Find the owner',
      config: { branches, default: defaultOwnerId === undefined ? 'end' : 'owner_default' },
    },
    ...assignments,
    ...(defaultOwnerId === undefined
      ? []
      : [updateLead('owner_default', 'Owner of all others', { owner_id: Number(defaultOwnerId) })]),
  ];
}

function series({ mails }: Answers): PlannedStep[] {
  return mails.flatMap(({ subject, body, afterDays }, index): PlannedStep[] => [
    ...(afterDays === 0
      ? []
      : [
          {
            id: `wait_${index + 1}`,
            type: 'wait',
            name: `Wait ${afterDays} ${afterDays === 1 ? 'day' : 'days'}`,
            config: { duration: afterDays, unit: 'days' },
          },
        ]),
    {
      id: `mail_${index + 1}`,
      type: 'email',
      name: `Mail ${index + 1}`,
      config: { to: '{{ email }}', subject, body, integration_id: 'nurture' },
    },
  ]);
}

function updateLead(id: string, name: string, fields: JsonObject): PlannedStep {
  return { id, type: 'crm_update_record', name, config: { record_type: 'lead', record_id: leadRef, fields } };
}

function end(id: string): PlannedStep {
  return { id, type: 'end', name: 'Done', config: {} };
}
