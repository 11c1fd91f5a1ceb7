import type { JsonObject } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { type CrmStepKind, crmAction } from './index.ts';

type Provider = 'hubspot' | 'salesforce';
type Case = [provider: Provider, kind: CrmStepKind, request: JsonObject, action: string, payload: JsonObject];

const lead = { email: 'ada@example.com', first_name: 'Ada', company_name: 'Example Ltd', title: 'CTO' };

const cases: Case[] = [
  [
    'hubspot',
    'crm_create_lead',
    { fields: { ...lead, status: 'working', custom: { city: 'London' } } },
    'upsert_contact',
    {
      email: 'ada@example.com',
      properties: {
        city: 'London',
        firstname: 'Ada',
        company: 'Example Ltd',
        jobtitle: 'CTO',
        lifecyclestage: 'lead',
        hs_lead_status: 'IN_PROGRESS',
      },
    },
  ],
  [
    'hubspot',
    'crm_update_record',
    { record_type: 'lead', record_id: 'ada@example.com', fields: { status: 'qualified', phone: null } },
    'update_record',
    {
      object: 'contacts',
      id: 'ada@example.com',
      id_property: 'email',
      properties: { lifecyclestage: 'salesqualifiedlead', phone: null },
    },
  ],
  [
    'hubspot',
    'crm_update_record',
    { record_type: 'opportunity', record_id: '9001', fields: { amount_cents: 125050, name: 'Pilot' } },
    'update_record',
    { object: 'deals', id: '9001', properties: { dealname: 'Pilot', amount: 1250.5 } },
  ],
  [
    'hubspot',
    'crm_create_activity',
    { fields: { kind: 'note', subject: 'Call', body: 'Went well', lead_id: '151' } },
    'create_note',
    { body: 'Call\n\nWent well', contact_id: '151' },
  ],
  [
    'hubspot',
    'crm_create_activity',
    { fields: { kind: 'task', subject: 'Call', due_at: '2026-12-01T09:00:00Z', opportunity_id: '9001' } },
    'create_task',
    { subject: 'Call', due_at: '2026-12-01T09:00:00Z', deal_id: '9001' },
  ],
  [
    'hubspot',
    'crm_move_opportunity',
    { record_id: '9001', fields: { pipeline_stage_id: 'closedwon' } },
    'move_deal',
    { deal_id: '9001', stage: 'closedwon' },
  ],
  [
    'salesforce',
    'crm_create_lead',
    { fields: { ...lead, custom: { Score__c: 90 } } },
    'create_lead',
    {
      last_name: 'Ada',
      company: 'Example Ltd',
      fields: { Score__c: 90, Email: 'ada@example.com', FirstName: 'Ada', Title: 'CTO' },
    },
  ],
  [
    'salesforce',
    'crm_create_lead',
    { fields: { email: 'ada@example.com', external_system: 'Crm_Key__c', external_id: 'crm-1' } },
    'upsert_record',
    {
      object: 'Lead',
      external_id_field: 'Crm_Key__c',
      external_id: 'crm-1',
      fields: { Email: 'ada@example.com', LastName: 'ada@example.com', Company: '[not provided]' },
    },
  ],
  [
    'salesforce',
    'crm_update_record',
    {
      record_type: 'opportunity',
      record_id: '0065g00000AbCdEAAV',
      fields: { amount_cents: null, expected_close_at: '2026-12-31T10:00:00Z' },
    },
    'update_record',
    { object: 'Opportunity', id: '0065g00000AbCdEAAV', fields: { Amount: null, CloseDate: '2026-12-31' } },
  ],
  [
    'salesforce',
    'crm_create_activity',
    {
      fields: { kind: 'call', subject: 'Call', contact_id: '0035g00000AbCdEAAV', completed_at: '2026-12-01T09:00:00Z' },
    },
    'create_task',
    { subject: 'Call', who_id: '0035g00000AbCdEAAV', due_date: '2026-12-01', subtype: 'Call', status: 'Completed' },
  ],
  [
    'salesforce',
    'crm_create_activity',
    { fields: { kind: 'meeting', subject: 'Demo', due_at: '2026-12-01T09:00:00+01:00' } },
    'create_event',
    { subject: 'Demo', start: '2026-12-01T08:00:00.000Z', end: '2026-12-01T08:30:00.000Z' },
  ],
  [
    'salesforce',
    'crm_move_opportunity',
    { record_id: '0065g00000AbCdEAAV', fields: { pipeline_stage_id: 'Closed Won' } },
    'move_opportunity',
    { id: '0065g00000AbCdEAAV', stage: 'Closed Won' },
  ],
];

test.each(cases)('%s takes %s %j as %s', (provider, kind, request, name, payload) => {
  const chosen = crmAction(provider, kind, request);
  if ('refused' in chosen) throw new Error(chosen.refused);
  expect([chosen.action.name, chosen.payload]).toEqual([name, payload]);
  expect(chosen.action.input.safeParse(chosen.payload).error).toBeUndefined();
});

test.each<[Provider, CrmStepKind, JsonObject, string]>([
  ['hubspot', 'crm_create_lead', { fields: { last_name: 'King' } }, 'needs an email'],
  ['hubspot', 'crm_create_lead', { fields: { email: 'a@b.c', owner_id: 7 } }, 'no field for owner_id'],
  [
    'hubspot',
    'crm_update_record',
    { record_type: 'activity', record_id: '1', fields: { subject: 'x' } },
    'type activity',
  ],
  ['hubspot', 'crm_update_record', { record_type: 'constructor', record_id: '1', fields: {} }, 'type constructor'],
  ['hubspot', 'crm_create_activity', { fields: { kind: 'email', subject: 'x' } }, 'kind email'],
  ['salesforce', 'crm_create_lead', { fields: { email: 'a@b.c', status: 'new' } }, 'no field for status'],
  ['salesforce', 'crm_create_lead', { fields: { email: 'a@b.c', external_id: '1' } }, 'external_system must be'],
  ['salesforce', 'crm_create_activity', { fields: { kind: 'meeting', subject: 'x' } }, 'needs due_at'],
])('%s refuses %s %j and says why', (provider, kind, request, why) => {
  expect(crmAction(provider, kind, request)).toEqual({ refused: expect.stringContaining(why) });
});
