import { fromJsonString, toJsonString } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import {
  type OperatorAnswers,
  OperatorAnswersSchema,
  OperatorGoal,
  OperatorSource,
} from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { isFieldKey } from '../custom-fields/rules.ts';
import { checkFields, type FormField, readFields } from '../lead-forms/fields.ts';
import { email, type Rule, requiredText, text } from '../records/rules.ts';

export type Goal = 'intake' | 'qualification' | 'routing' | 'nurture';

type Route = { field: string; contains: string; ownerId: bigint };
type SeriesMail = { subject: string; body: string; afterDays: number };

/**
 * The answers to the questions of a plan, with defaults for absent members. Together with the goal, they determine the
 * plan.
 */
export type Answers = {
  /** Undefined if the plan has no form, because it includes every new lead of the CRM. */
  form: { name: string; description: string | null; fields: FormField[]; hcaptchaRequired: boolean } | undefined;
  /**
   * Undefined means the organization's default pipeline; an empty list of stages means a new pipeline with the stages
   * of the default pipeline.
   */
  pipeline: { name: string; stages: string[] } | undefined;
  workflowName: string;
  notifyEmail: string | undefined;
  slack: { channel: string; connectionKey: string } | undefined;
  requiredFields: string[];
  excludedDomains: string[];
  routes: Route[];
  defaultOwnerId: bigint | undefined;
  mails: SeriesMail[];
};

export const goals: ReadonlyMap<OperatorGoal, Goal> = new Map([
  [OperatorGoal.INTAKE, 'intake'],
  [OperatorGoal.QUALIFICATION, 'qualification'],
  [OperatorGoal.ROUTING, 'routing'],
  [OperatorGoal.NURTURE, 'nurture'],
]);

const workflowNames: Readonly<Record<Goal, string>> = {
  intake: 'Lead intake',
  qualification: 'Lead qualification',
  routing: 'Lead routing',
  nurture: 'Lead nurture',
};

const mostStages = 20;
const mostRequiredFields = 10;
const mostDomains = 50;
const mostRoutes = 20;
const mostMails = 10;
const mostDays = 365;
/** Default number of days before every mail except the first. */
const usualDays = 3;

/** Fields of a lead that a rule may use. */
const leadFields = ['email', 'first_name', 'last_name', 'company_name', 'title', 'phone', 'source'];
const defaultFormFields = ['first_name', 'last_name', 'email', 'company_name'];

/** Reads the answers of a request, with defaults for absent members. */
export function readAnswers(goal: Goal, { intake, pipeline, configuration }: OperatorAnswers): Answers {
  const channel = configuration?.slackChannel;
  return {
    form: intake?.source === OperatorSource.RECORDS ? undefined : readForm(intake),
    pipeline: pipeline?.name === undefined ? undefined : { name: pipeline.name, stages: pipeline.stages },
    workflowName: configuration?.workflowName ?? workflowNames[goal],
    notifyEmail: configuration?.notifyEmail,
    slack:
      channel === undefined ? undefined : { channel, connectionKey: configuration?.slackConnectionKey ?? 'default' },
    requiredFields: orDefault(configuration?.requiredFields, ['email', 'company_name']),
    excludedDomains: (configuration?.excludedDomains ?? []).map((domain) => domain.trim().toLowerCase()),
    routes: (configuration?.routes ?? []).map(({ field = '', contains = '', ownerId = 0n }) => ({
      field,
      contains,
      ownerId,
    })),
    defaultOwnerId: configuration?.defaultOwnerId,
    mails: (configuration?.mails ?? []).map(({ subject = '', body = '', afterDays }, index) => ({
      subject,
      body,
      afterDays: afterDays ?? (index === 0 ? 0 : usualDays),
    })),
  };
}

function readForm(intake: OperatorAnswers['intake']): NonNullable<Answers['form']> {
  const given = orDefault(intake?.fields, defaultFormFields);
  const names = given.includes('email') ? given : [...given, 'email'];
  return {
    name: intake?.formName ?? 'Contact us',
    description: intake?.description ?? null,
    fields: names.flatMap((name) =>
      readFields([{ $typeName: 'drippulse.crm.v1.LeadFormField', name, options: [], required: name === 'email' }]),
    ),
    hcaptchaRequired: intake?.hcaptchaRequired ?? false,
  };
}

function orDefault(given: readonly string[] | undefined, otherwise: string[]): string[] {
  return given === undefined || given.length === 0 ? otherwise : [...given];
}

/** Returns the violations of answers, with the paths of the request as fields. */
export function checkAnswers(goal: Goal, answers: Answers): Violation[] {
  const { form, pipeline, workflowName, notifyEmail, slack } = answers;
  return [
    ...(form === undefined ? [] : checkForm(form)),
    ...(pipeline === undefined ? [] : checkPipeline(pipeline)),
    ...check('configuration.workflow_name', requiredText(255), workflowName),
    ...check('configuration.notify_email', email, notifyEmail ?? null),
    ...(slack === undefined ? [] : check('configuration.slack_channel', requiredText(80), slack.channel)),
    ...(slack === undefined ? [] : check('configuration.slack_connection_key', requiredText(100), slack.connectionKey)),
    ...(goal === 'qualification' ? checkQualification(answers) : []),
    ...(goal === 'routing' ? checkRouting(answers) : []),
    ...(goal === 'nurture' ? checkNurture(answers) : []),
  ];
}

function checkForm({ name, description, fields }: NonNullable<Answers['form']>): Violation[] {
  return [
    ...check('intake.form_name', requiredText(255), name),
    ...check('intake.description', text(2_000), description),
    ...checkFields(fields).map(({ field, ...problem }) => ({
      field: `answers.intake.${field.replace(/^(fields\.\d+)\..*/, '$1')}`,
      ...problem,
    })),
  ];
}

function checkPipeline({ name, stages }: NonNullable<Answers['pipeline']>): Violation[] {
  const all = ['Won', 'Lost', ...stages];
  return [
    ...check('pipeline.name', requiredText(255), name),
    ...atMost('pipeline.stages', stages, mostStages),
    ...stages.flatMap((stage, index) => check(`pipeline.stages.${index}`, requiredText(255), stage)),
    ...all.flatMap((stage, index) =>
      all.indexOf(stage) < index
        ? [violation(`pipeline.stages.${index - 2}`, 'is the name of another stage', 'duplicate')]
        : [],
    ),
  ];
}

function checkQualification({ requiredFields, excludedDomains }: Answers): Violation[] {
  return [
    ...atMost('configuration.required_fields', requiredFields, mostRequiredFields),
    ...requiredFields.flatMap((name, index) => checkField(`configuration.required_fields.${index}`, name)),
    ...atMost('configuration.excluded_domains', excludedDomains, mostDomains),
    ...excludedDomains.flatMap((domain, index) =>
      /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)
        ? []
        : [violation(`configuration.excluded_domains.${index}`, 'must be a domain such as gmail.com', 'format')],
    ),
  ];
}

function checkRouting({ routes }: Answers): Violation[] {
  const path = 'configuration.routes';
  return [
    ...(routes.length === 0 ? [violation(path, 'must have a route', 'required')] : []),
    ...atMost(path, routes, mostRoutes),
    ...routes.flatMap(({ field, contains }, index) => [
      ...checkField(`${path}.${index}.field`, field),
      ...check(`${path}.${index}.contains`, requiredText(255), contains),
    ]),
  ];
}

function checkNurture({ mails }: Answers): Violation[] {
  const path = 'configuration.mails';
  return [
    ...(mails.length === 0 ? [violation(path, 'must have a mail', 'required')] : []),
    ...atMost(path, mails, mostMails),
    ...mails.flatMap(({ subject, body, afterDays }, index) => [
      ...check(`${path}.${index}.subject`, requiredText(255), subject),
      ...check(`${path}.${index}.body`, requiredText(20_000), body),
      ...(afterDays < 0 || afterDays > mostDays
        ? [violation(`${path}.${index}.after_days`, `must be 0 to ${mostDays}`, 'range')]
        : []),
    ]),
  ];
}

/** Returns the ids of the users whom the answers name as owners, each with the path of its field. */
export function ownersOf(goal: Goal, { routes, defaultOwnerId }: Answers): { id: bigint; field: string }[] {
  if (goal !== 'routing') return [];
  return [
    ...routes.map(({ ownerId }, index) => ({ id: ownerId, field: `answers.configuration.routes.${index}.owner_id` })),
    ...(defaultOwnerId === undefined ? [] : [{ id: defaultOwnerId, field: 'answers.configuration.default_owner_id' }]),
  ];
}

function checkField(path: string, name: string): Violation[] {
  const isKnown = leadFields.includes(name) || (name.startsWith('custom.') && isFieldKey(name.slice('custom.'.length)));
  if (isKnown) return [];
  const message = `must be one of ${leadFields.join(', ')}, or custom. and a key`;
  return [{ ...violation(path, message, 'enum'), allowed: leadFields }];
}

function check(path: string, rule: Rule, value: string | null): Violation[] {
  const problem = rule(value);
  return problem === undefined ? [] : [{ field: `answers.${path}`, ...problem }];
}

function atMost(path: string, items: readonly unknown[], most: number): Violation[] {
  return items.length > most ? [violation(path, `must be at most ${most}`, 'length')] : [];
}

function violation(path: string, message: string, code: NonNullable<Violation['code']>): Violation {
  return { field: `answers.${path}`, message, code };
}

/** Converts answers to the string that is stored. */
export function packAnswers(answers: OperatorAnswers): string {
  return toJsonString(OperatorAnswersSchema, answers);
}

export function unpackAnswers(text: string): OperatorAnswers {
  return fromJsonString(OperatorAnswersSchema, text, { ignoreUnknownFields: true });
}
