import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { choice, jsonObjectTemplate, number, orTemplate, template } from '../parameters.ts';
import type { Compiling } from '../templates/compiling.ts';
import { compileJson } from '../templates/json-template.ts';
import type { Scope } from '../templates/scope.ts';
import { isTemplate } from '../templates/template.ts';
import { effectShape } from './effect-policy.ts';
import { resolveIntegration } from './integrations.ts';

/** Parameters of every step that writes to a CRM. */
export const crmShape = {
  integration_id: choice(['internal', 'hubspot', 'salesforce', 'hs', 'sf', 'sfdc'])
    .default('internal')
    .describe('Which CRM: internal is the platform itself, the others need a connection.'),
  connection_key: z.string().default('default').describe('Which connection of the integration.'),
  ...effectShape,
};

const custom = jsonObjectTemplate().optional().describe('Custom fields by key; their strings may be templates.');

const commonFields = {
  owner_id: orTemplate(number(z.int().min(1)))
    .optional()
    .describe('User who looks after it.'),
  external_system: template().optional().describe('System the record comes from.'),
  external_id: template().optional().describe('Its id there.'),
  custom,
};

/** The fields of a lead that a step may set. */
export const leadFields = {
  email: template().optional().describe('Mail address.'),
  first_name: template().optional().describe('First name.'),
  last_name: template().optional().describe('Last name.'),
  company_name: template().optional().describe('Company.'),
  title: template().optional().describe('Position in the company.'),
  phone: template().optional().describe('Telephone number.'),
  status: orTemplate(choice(['new', 'working', 'qualified', 'unqualified', 'converted']))
    .optional()
    .describe('How far it has come.'),
  source: template().optional().describe('Where it came from.'),
  score: orTemplate(number()).optional().describe('How promising it is.'),
  ...commonFields,
};

/** The fields of an activity that a step may set. */
export const activityFields = {
  kind: orTemplate(choice(['call', 'email', 'meeting', 'note', 'task']))
    .optional()
    .describe('What it is.'),
  subject: template().optional().describe('What it is about.'),
  body: template().optional().describe('Its text.'),
  due_at: template().optional().describe('When it is to be done: a timestamp.'),
  completed_at: template().optional().describe('When it was done: a timestamp.'),
  account_id: template().optional().describe('Account it is about, by UUID or public id.'),
  contact_id: template().optional().describe('Contact it is about, by UUID or public id.'),
  lead_id: template().optional().describe('Lead it is about, by UUID or public id.'),
  opportunity_id: template().optional().describe('Opportunity it is about, by UUID or public id.'),
  ...commonFields,
};

const accountFields = ['name', 'domain', 'website', 'industry', 'phone', 'description'];
const contactFields = ['email', 'first_name', 'last_name', 'title', 'phone', 'account_id'];
const opportunityFields = [
  ...['name', 'amount_cents', 'currency', 'expected_close_at', 'description'],
  ...['account_id', 'contact_id', 'pipeline_id', 'pipeline_stage_id'],
];

/** Names of the fields that a step may change, by type of record. */
export const changeableFields: Readonly<Record<RecordType, readonly string[]>> = {
  account: [...accountFields, ...Object.keys(commonFields)],
  contact: [...contactFields, ...Object.keys(commonFields)],
  lead: Object.keys(leadFields),
  opportunity: [...opportunityFields, ...Object.keys(commonFields)],
  activity: Object.keys(activityFields),
};

/** Types of records that steps change. */
export const recordTypes = ['account', 'contact', 'lead', 'opportunity', 'activity'] as const;
export type RecordType = (typeof recordTypes)[number];

/** Returns the members of a config that are fields of `shape` and have a value. */
export function pickFields(config: object, shape: object): JsonObject {
  const values = Object.entries(config).filter(([name, value]) => Object.hasOwn(shape, name) && value !== undefined);
  return Object.fromEntries(values);
}

/**
 * Renders fields. Omits a field whose template renders an empty string, so that a missing variable does not clear a
 * field.
 */
export function compileFields(fields: JsonObject, compiling: Compiling): (scope: Scope) => JsonObject {
  const members = Object.entries(fields).map(([name, value]) => {
    const isOptional = typeof value === 'string' && isTemplate(value);
    return { name, isOptional, render: compileJson(value, compiling) };
  });
  return (scope) => {
    const rendered = members.map(({ name, isOptional, render }) => [name, render(scope), isOptional] as const);
    return Object.fromEntries(rendered.filter(([, value, isOptional]) => !(isOptional && isBlank(value))));
  };
}

/** Returns the members of a request that name the CRM. */
export function crmTarget(config: { integration_id: string; connection_key: string }): JsonObject {
  const { integration_id, connection_key } = config;
  return { integration_id: resolveIntegration(integration_id), integration_name: integration_id, connection_key };
}

function isBlank(value: JsonValue): boolean {
  return typeof value === 'string' && value.trim() === '';
}
