import type { JsonObject } from '@drippulse/json';
import { given, objectOf, textOf } from '../answers/reading.ts';
import { type Choice, type CrmStepKind, dayOf, type FieldNames, renamed, unitsOf } from './request.ts';

/**
 * Chooses the Salesforce action for a CRM step. Stages and statuses have the API names of the customer's Salesforce.
 */
export function salesforceAction(kind: CrmStepKind, request: JsonObject): Choice {
  const fields = objectOf(request['fields']);
  if (kind === 'crm_create_lead') return createLead(fields);
  if (kind === 'crm_update_record') return updateRecord(request, fields);
  if (kind === 'crm_create_activity') return createActivity(fields);
  return choose('move_opportunity', { id: request['record_id'], stage: fields['pipeline_stage_id'] });
}

/** The value that Salesforce itself stores in a required field that a form omits. */
const notProvided = '[not provided]';

const personNames: FieldNames = {
  email: 'Email',
  first_name: 'FirstName',
  last_name: 'LastName',
  title: 'Title',
  phone: 'Phone',
};
const leadNames: FieldNames = { ...personNames, company_name: 'Company', source: 'LeadSource' };

/**
 * Chooses the action that creates a lead. A lead with an external id is created only once. In this case,
 * `external_system` is the name of the field that contains the external id, such as `Crm_Key__c`.
 */
function createLead({ external_system: system, external_id: externalId, ...fields }: JsonObject): Choice {
  const read = renamed(fields, leadNames, 'Salesforce');
  if ('refused' in read) return read;
  const {
    Company = notProvided,
    LastName = read.values['FirstName'] ?? read.values['Email'] ?? notProvided,
    ...more
  } = read.values;
  const field = textOf(system);
  const id = textOf(externalId);
  if (field === undefined && id === undefined)
    return choose('create_lead', { last_name: LastName, company: Company, fields: more });
  if (field === undefined || id === undefined || !field.endsWith('__c'))
    return {
      refused:
        'external_system must be the external id field of leads in Salesforce, such as Crm_Key__c, and external_id its value.',
    };
  const all = { ...more, LastName, Company };
  return { name: 'upsert_record', payload: { object: 'Lead', external_id_field: field, external_id: id, fields: all } };
}

const namesByType: Readonly<Record<string, { object: string; names: FieldNames } | undefined>> = {
  lead: { object: 'Lead', names: leadNames },
  contact: { object: 'Contact', names: { ...personNames, account_id: 'AccountId' } },
  account: {
    object: 'Account',
    names: { name: 'Name', website: 'Website', industry: 'Industry', phone: 'Phone', description: 'Description' },
  },
  opportunity: {
    object: 'Opportunity',
    names: {
      name: 'Name',
      amount: 'Amount',
      currency: 'CurrencyIsoCode',
      expected_close_at: 'CloseDate',
      description: 'Description',
      account_id: 'AccountId',
      pipeline_stage_id: 'StageName',
    },
  },
};

function updateRecord(request: JsonObject, fields: JsonObject): Choice {
  const type = textOf(request['record_type']) ?? '';
  const target = Object.hasOwn(namesByType, type) ? namesByType[type] : undefined;
  if (target === undefined)
    return { refused: `Records of type ${type} are not changed in Salesforce by this step: use integration_action.` };
  const { amount_cents: cents, expected_close_at: closeAt, ...others } = fields;
  const own = { ...others, ...given({ amount: unitsOf(cents), expected_close_at: dayOf(closeAt) }) };
  const read = renamed(own, target.names, 'Salesforce');
  if ('refused' in read) return read;
  return {
    name: 'update_record',
    payload: { object: target.object, id: request['record_id'] ?? '', fields: read.values },
  };
}

/** Duration of a meeting that has no end. */
const meetingMs = 30 * 60_000;

function createActivity(fields: JsonObject): Choice {
  const { kind = 'task', subject, body, due_at: dueAt, completed_at: doneAt, custom } = fields;
  for (const name of ['owner_id', 'external_system', 'external_id'])
    if (fields[name] !== undefined)
      return {
        refused: `Salesforce has no field for ${name} of an activity: name the one that you mean in custom, by its API name.`,
      };
  const common = {
    subject: subject ?? kind,
    description: body,
    who_id: fields['contact_id'] ?? fields['lead_id'],
    what_id: fields['opportunity_id'] ?? fields['account_id'],
    fields: custom,
  };
  if (kind === 'meeting') {
    const start = Date.parse(textOf(dueAt) ?? '');
    if (Number.isNaN(start)) return { refused: 'A meeting in Salesforce needs due_at, a timestamp: when it begins.' };
    const end = Date.parse(textOf(doneAt) ?? '');
    const until = new Date(end > start ? end : start + meetingMs);
    return choose('create_event', { ...common, start: new Date(start).toISOString(), end: until.toISOString() });
  }
  const isDone = doneAt !== undefined || kind === 'note' || kind === 'email';
  return choose('create_task', {
    ...common,
    due_date: dayOf(dueAt ?? doneAt),
    subtype: kind === 'call' ? 'Call' : kind === 'email' ? 'Email' : 'Task',
    status: isDone ? 'Completed' : undefined,
  });
}

function choose(name: string, payload: Parameters<typeof given>[0]): Choice {
  return { name, payload: given(payload) };
}
