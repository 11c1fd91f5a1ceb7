import { DomainError } from '@drippulse/errors';
import { CrmActivityKind } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import type { EffectCall } from '../src/effects/effect-call.ts';
import { performEffect } from '../src/effects/effects.ts';
import { effectCall, effectContext, effectKey } from './effects.ts';

const ctx = effectContext();
beforeEach(() => void ctx.crm.writes.splice(0));
afterAll(() => ctx.stop());

const own = { integration_id: 'internal', integration_name: 'internal', connection_key: 'default' };
let made = 0;

/** Performs an effect, with a new key unless `more` has one. */
function perform(kind: EffectCall['kind'], request: EffectCall['request'], more = {}) {
  made += 1;
  return performEffect(ctx, effectCall(kind, { ...own, ...request }, { key: `k:${made}`, ...more }));
}

test('a lead is created in the name of the workflow, once for its key, and becomes the output', async () => {
  const fields = {
    email: 'ada@example.com',
    status: 'Qualified',
    score: '72.5',
    owner_id: '7',
    custom: { size: '250' },
  };
  const result = await perform('crm_create_lead', { fields }, { key: effectKey, hops: 2 });
  expect(result).toMatchObject({
    outcome: 'succeeded',
    message: 'Created lead lead_1',
    output: { lead: { public_id: 'lead_1', email: 'ada@example.com', custom: {} } },
  });
  expect(await perform('crm_create_lead', { fields }, { key: effectKey, attempt: 2 })).toEqual(result);
  expect(ctx.crm.writes).toMatchObject([
    {
      method: 'createCrmLead',
      key: effectKey,
      caller: { organizationId: 1n, actor: { type: 'workflow', id: '12', hops: 3 }, role: 'editor', mode: 'live' },
      request: { email: 'ada@example.com', status: CrmLeadStatus.QUALIFIED, score: 72.5, ownerId: 7n },
    },
  ]);
});

test('a record is changed in the fields given, and in no others; null clears', async () => {
  const fields = { score: '80', title: null };
  const request = { record_type: 'lead', record_id: 'lead_4f', fields };
  expect(await perform('crm_update_record', request)).toMatchObject({
    outcome: 'succeeded',
    message: 'Updated lead lead_4f',
    output: { lead: { public_id: 'lead_4f', score: 80 } },
  });
  expect(ctx.crm.writes[0]?.request).toMatchObject({
    id: 'lead_4f',
    score: 80,
    updateMask: { paths: ['score', 'title'] },
  });
});

test('an activity is created, and an opportunity is moved', async () => {
  const activity = { kind: 'call', subject: 'Call Ada', due_at: '2026-12-01T09:00:00Z', lead_id: 'lead_4f' };
  expect(await perform('crm_create_activity', { fields: activity })).toMatchObject({
    output: { activity: { public_id: 'act_1' } },
  });
  const fields = { pipeline_stage_id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' };
  expect(await perform('crm_move_opportunity', { record_id: 'opp_1', fields })).toMatchObject({
    message: 'Moved opportunity opp_1',
    output: { opportunity: { public_id: 'opp_1' } },
  });
  expect(ctx.crm.writes).toMatchObject([
    { request: { kind: CrmActivityKind.CALL, subject: 'Call Ada', leadId: 'lead_4f' } },
    {
      request: { id: 'opp_1', pipelineStageId: fields.pipeline_stage_id, updateMask: { paths: ['pipeline_stage_id'] } },
    },
  ]);
});

test('what the CRM refuses for good is not tried again, what may pass is', async () => {
  const update = (fields: EffectCall['request'], id = 'lead_4f') =>
    perform('crm_update_record', { record_type: 'lead', record_id: id, fields });
  expect(await update({ score: 'high' })).toEqual({
    outcome: 'failed',
    error: 'the CRM refused it: score must be a number',
    retryable: false,
  });
  expect(await update({ score: 1 }, 'lead_gone')).toMatchObject({
    retryable: false,
    error: expect.stringContaining('no lead'),
  });
  ctx.crm.fail(new DomainError('unavailable', 'service_unavailable', 'away', { retryAfterSeconds: 3 }));
  expect(await update({ score: 1 })).toMatchObject({ outcome: 'failed', retryable: true, retryAfterSeconds: 3 });
  expect(ctx.crm.writes).toEqual([]);
});

test('another CRM needs a connection, and a test enrollment writes nothing', async () => {
  const fields = { email: 'ada@example.com' };
  expect(await perform('crm_create_lead', { fields, integration_id: 'hubspot' })).toEqual({
    outcome: 'failed',
    error: 'needs the service of integrations, which this installation does not run',
    retryable: false,
  });
  expect(await perform('crm_create_lead', { fields }, { mode: 'test' })).toEqual({
    outcome: 'succeeded',
    message: 'Would create lead ada@example.com',
    output: { lead: { email: 'ada@example.com', id: 'lead_test', public_id: 'lead_test' } },
  });
  expect(ctx.crm.writes).toEqual([]);
});
