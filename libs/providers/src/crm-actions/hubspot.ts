import type { JsonObject } from '@drippulse/json';
import { given, objectOf, textOf } from '../answers/reading.ts';
import { type Choice, type CrmStepKind, type FieldNames, renamed, unitsOf } from './request.ts';

/**
 * Chooses the HubSpot action for a CRM step. A lead becomes a contact with the lifecycle stage "lead", because
 * HubSpot's own lead object needs a sales plan.
 */
export function hubspotAction(kind: CrmStepKind, request: JsonObject): Choice {
  const fields = objectOf(request['fields']);
  if (kind === 'crm_create_lead') return upsertContact(fields);
  if (kind === 'crm_update_record') return updateRecord(request, fields);
  if (kind === 'crm_create_activity') return createActivity(fields);
  return choose('move_deal', { deal_id: request['record_id'], stage: fields['pipeline_stage_id'] });
}

/** Names of a contact's properties in the payload, by the platform's names. */
const contactNames: FieldNames = {
  email: 'email',
  first_name: 'firstname',
  last_name: 'lastname',
  company_name: 'company',
  title: 'jobtitle',
  phone: 'phone',
};

const namesByType: Readonly<Record<string, { object: string; names: FieldNames } | undefined>> = {
  contact: { object: 'contacts', names: contactNames },
  lead: { object: 'contacts', names: { ...contactNames, lead_stage: 'lifecyclestage', lead_status: 'hs_lead_status' } },
  account: {
    object: 'companies',
    names: {
      name: 'name',
      domain: 'domain',
      website: 'website',
      industry: 'industry',
      phone: 'phone',
      description: 'description',
    },
  },
  opportunity: {
    object: 'deals',
    names: {
      name: 'dealname',
      amount: 'amount',
      currency: 'deal_currency_code',
      expected_close_at: 'closedate',
      description: 'description',
      pipeline_id: 'pipeline',
      pipeline_stage_id: 'dealstage',
    },
  },
};

/**
 * HubSpot's properties for a lead's status. The lifecycle stage can only move forward, so all other statuses are
 * written as lead status.
 */
const progress: Readonly<Record<string, JsonObject>> = {
  new: { lead_stage: 'lead', lead_status: 'NEW' },
  working: { lead_stage: 'lead', lead_status: 'IN_PROGRESS' },
  qualified: { lead_stage: 'salesqualifiedlead' },
  unqualified: { lead_stage: 'lead', lead_status: 'UNQUALIFIED' },
  converted: { lead_stage: 'opportunity' },
};

function progressOf({ status, ...fields }: JsonObject): JsonObject {
  const known = textOf(status);
  return { ...fields, ...(known !== undefined && Object.hasOwn(progress, known) ? progress[known] : {}) };
}

function upsertContact(fields: JsonObject): Choice {
  const email = textOf(fields['email']);
  if (email === undefined) return { refused: 'HubSpot finds contacts by mail address, so the lead needs an email.' };
  const { email: _, ...rest } = progressOf({ status: 'new', ...fields });
  const names = namesByType['lead']?.names ?? {};
  const read = renamed(rest, names, 'HubSpot');
  return 'refused' in read ? read : { name: 'upsert_contact', payload: { email, properties: read.values } };
}

function updateRecord(request: JsonObject, fields: JsonObject): Choice {
  const type = textOf(request['record_type']) ?? '';
  const target = Object.hasOwn(namesByType, type) ? namesByType[type] : undefined;
  if (target === undefined)
    return { refused: `Records of type ${type} are not changed in HubSpot by this step: use integration_action.` };
  const { amount_cents: cents, ...others } = type === 'lead' ? progressOf(fields) : fields;
  const read = renamed({ ...others, ...given({ amount: unitsOf(cents) }) }, target.names, 'HubSpot');
  if ('refused' in read) return read;
  const id = textOf(request['record_id']) ?? '';
  const idProperty = target.object === 'contacts' && id.includes('@') ? 'email' : undefined;
  return choose('update_record', { object: target.object, id, id_property: idProperty, properties: read.values });
}

const activities: Readonly<
  Record<string, { name: string; payloadOf(fields: JsonObject): Parameters<typeof given>[0] } | undefined>
> = {
  note: {
    name: 'create_note',
    payloadOf: ({ subject, body, due_at, completed_at }) => ({
      body: [subject, body]
        .map(textOf)
        .filter((text) => text !== undefined)
        .join('\n\n'),
      timestamp: completed_at ?? due_at,
    }),
  },
  task: { name: 'create_task', payloadOf: ({ subject, body, due_at }) => ({ subject, body, due_at }) },
  call: {
    name: 'log_call',
    payloadOf: ({ subject, body, due_at, completed_at }) => ({
      title: subject,
      body,
      timestamp: completed_at ?? due_at,
    }),
  },
  meeting: { name: 'log_meeting', payloadOf: ({ subject, body, due_at }) => ({ title: subject, body, start: due_at }) },
};

function createActivity(fields: JsonObject): Choice {
  const kind = textOf(fields['kind']) ?? 'task';
  const activity = Object.hasOwn(activities, kind) ? activities[kind] : undefined;
  if (activity === undefined)
    return { refused: `HubSpot gets no activity of kind ${kind} by this step: it takes call, meeting, note and task.` };
  for (const name of ['owner_id', 'external_system', 'external_id', 'custom'])
    if (fields[name] !== undefined)
      return { refused: `HubSpot has no field for ${name} of an activity in this step: use integration_action.` };
  return choose(activity.name, {
    ...activity.payloadOf(fields),
    contact_id: fields['contact_id'] ?? fields['lead_id'],
    company_id: fields['account_id'],
    deal_id: fields['opportunity_id'],
  });
}

function choose(name: string, payload: Parameters<typeof given>[0]): Choice {
  return { name, payload: given(payload) };
}
