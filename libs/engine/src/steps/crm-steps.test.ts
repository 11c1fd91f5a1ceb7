import type { JsonObject } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { defineWorkflow, newRun, problemsOf } from '../../test/workflow.ts';
import { advance, testRun } from '../index.ts';

const now = new Date('2026-05-06T08:00:00Z');
const ada = { email: 'ada@example.com', first_name: 'Ada', score: 72, lead_ref: 'lead_1' };

function take(step: object, data: JsonObject = ada) {
  return advance(defineWorkflow([step]), newRun(data), now);
}

test.each<[object, JsonObject]>([
  [
    {
      type: 'crm_create_lead',
      email: '{{ email }}',
      last_name: '{{ last_name }}',
      score: '{{ score }}',
      custom: { plan: '{{ plan }}' },
    },
    { fields: { email: 'ada@example.com', score: '72', custom: { plan: '' } } },
  ],
  [
    { type: 'crm_create_lead', email: 'a@b.c', integration_id: 'HS', connection_key: 'eu' },
    { integration_id: 'hubspot', integration_name: 'hs', connection_key: 'eu', fields: { email: 'a@b.c' } },
  ],
  [
    {
      type: 'crm_update_record',
      record_type: 'Lead',
      record_id: '{{ lead_ref }}',
      fields: { title: null, phone: '', last_name: '{{ x }}' },
    },
    { record_type: 'lead', record_id: 'lead_1', fields: { title: null, phone: '' } },
  ],
  [
    { type: 'crm_create_activity', subject: 'Call {{ first_name }}', lead_id: '{{ lead_ref }}', due_at: '{{ due }}' },
    { fields: { kind: 'task', subject: 'Call Ada', lead_id: 'lead_1' } },
  ],
  [
    { type: 'crm_move_opportunity', opportunity_id: 'opp_1', pipeline_stage_id: '{{ stage }}' },
    { record_id: 'opp_1', fields: { pipeline_stage_id: 's1' } },
  ],
])('%j is handed out rendered, without what renders empty', (step, request) => {
  expect(take(step, { ...ada, stage: 's1' }).effect?.request).toEqual({
    ...{ integration_id: 'internal', integration_name: 'internal', connection_key: 'default' },
    ...request,
  });
});

test.each<[object, string]>([
  [
    { type: 'crm_create_lead', email: '{{ mail }}' },
    'a lead needs one of email, last_name, first_name, company_name, phone',
  ],
  [
    { type: 'crm_update_record', record_type: 'lead', record_id: '{{ id }}', fields: { score: 1 } },
    'record_id is empty: there is no record to change',
  ],
  [
    { type: 'crm_move_opportunity', opportunity_id: '{{ id }}', pipeline_stage_id: 's' },
    'opportunity_id is empty: there is no opportunity to move',
  ],
  [
    { type: 'crm_move_opportunity', opportunity_id: 'opp_1', pipeline_stage_id: '{{ id }}' },
    'pipeline_stage_id is empty: there is no stage to move to',
  ],
])('%j fails before anything is written', (step, error) => {
  expect(take(step)).toMatchObject({ state: { status: 'failed' }, entries: [{ status: 'failed', error }] });
});

test('a change of nothing is skipped', () => {
  const step = { type: 'crm_update_record', record_type: 'lead', record_id: 'lead_1', fields: { title: '{{ x }}' } };
  expect(take(step)).toMatchObject({ state: { status: 'completed' }, entries: [{ status: 'skipped' }] });
});

test.each<[object, string]>([
  [{ type: 'crm_create_lead', title: 'x' }, 'email or one of last_name, first_name, company_name, phone is required'],
  [{ type: 'crm_create_lead', email: '{{' }, 'email is not a valid template'],
  [{ type: 'crm_create_lead', email: 'a@b.c', status: 'cold' }, 'status must be one of new, working'],
  [
    { type: 'crm_create_lead', email: 'a@b.c', integration_id: 'zoho' },
    'integration_id must be one of internal, hubspot',
  ],
  [{ type: 'crm_update_record', record_type: 'deal', record_id: 'x', fields: { a: 1 } }, 'record_type must be one of'],
  [{ type: 'crm_update_record', record_type: 'lead', record_id: 'x', fields: {} }, 'fields must not be empty'],
  [
    { type: 'crm_update_record', record_type: 'lead', record_id: 'x', fields: { amount_cents: 1 } },
    'fields.amount_cents is not a field of a record of type lead that can be changed',
  ],
  [{ type: 'crm_move_opportunity', opportunity_id: 'x' }, 'pipeline_stage_id is required'],
])('%j is refused', (step, message) => {
  expect(problemsOf([step])).toEqual([expect.stringContaining(message)]);
});

test('a test run says what each would do, and later steps see what it would leave', () => {
  const definition = defineWorkflow([
    { type: 'crm_create_lead', email: '{{ email }}' },
    {
      type: 'crm_update_record',
      record_type: 'lead',
      record_id: '{{ lead.public_id }}',
      fields: { score: '{{ score }}' },
    },
    { type: 'crm_create_activity', kind: 'call', subject: 'Call {{ lead.score }}' },
    { type: 'crm_move_opportunity', opportunity_id: 'opp_1', pipeline_stage_id: 's1', integration_id: 'sf' },
  ]);
  const { status, steps } = testRun(definition, { data: ada, timezone: 'UTC', now });
  expect(status).toBe('completed');
  expect(steps.map(({ logs }) => logs[0])).toEqual([
    '[test] Would create lead ada@example.com',
    '[test] Would update lead lead_test: score',
    '[test] Would create activity call "Call 72"',
    '[test] Would move opportunity opp_1 to stage s1 in salesforce',
  ]);
  expect(steps[0]?.output).toEqual({ lead: { email: 'ada@example.com', id: 'lead_test', public_id: 'lead_test' } });
});
