import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { type Action, type ActionEffect, defineAction, type Performance } from './action.ts';

const readable = z.enum(['lead', 'contact', 'account', 'opportunity']).describe('Type of the records.');
const text = (most: number) => z.string().min(1).max(most);
const recordId = text(64).describe('UUID or public id of the record.');
const scalar = z.union([z.string().max(4_000), z.number(), z.boolean(), z.null()]);
const owner = z.int().min(1).describe('User who looks after it.');

/** Members that name the organization's own CRM as the integration of a step. */
const own = { integration_id: 'internal', integration_name: 'internal', connection_key: 'default' };

const changeable = {
  lead: ['email', 'first_name', 'last_name', 'company_name', 'title', 'phone', 'status', 'source', 'score', 'owner_id'],
  contact: ['email', 'first_name', 'last_name', 'title', 'phone', 'account_id', 'owner_id'],
  account: ['name', 'domain', 'website', 'industry', 'phone', 'description', 'owner_id'],
  opportunity: ['name', 'amount_cents', 'currency', 'expected_close_at', 'description', 'owner_id'],
} as const;

/** Actions of the platform itself rather than of an integration. */
export const platformActions: readonly Action[] = [
  defineAction({
    name: 'crm.find_records',
    description: 'Finds records of the CRM by a text, at most ten.',
    access: 'read',
    readsRecords: true,
    input: z.strictObject({
      type: readable,
      query: text(200).describe('Text to look for, such as a name or an address.'),
      limit: z.int().min(1).max(10).default(5).describe('Most records.'),
    }),
    performance: ({ type, query, limit }): Performance => ({ by: 'crm', query: { do: 'find', type, query, limit } }),
  }),
  defineAction({
    name: 'crm.get_record',
    description: 'Shows one record of the CRM.',
    access: 'read',
    readsRecords: true,
    ofContact: { id: 'lead_ref' },
    input: z.strictObject({ type: readable, id: recordId }),
    performance: ({ type, id }): Performance => ({ by: 'crm', query: { do: 'get', type, id } }),
  }),
  defineAction({
    name: 'crm.create_lead',
    description: 'Creates a lead.',
    access: 'write',
    input: z.strictObject({
      email: text(254).optional(),
      first_name: text(255).optional(),
      last_name: text(255).optional(),
      company_name: text(255).optional(),
      title: text(255).optional(),
      phone: text(64).optional(),
      source: text(255).optional(),
      owner_id: owner.optional(),
    }),
    performance: (fields) => written('crm_create_lead', { fields: given(fields) }),
  }),
  defineAction({
    name: 'crm.update_record',
    description: 'Changes fields of a record of the CRM. Null clears a field.',
    access: 'write',
    ofContact: { record_id: 'lead_ref' },
    input: z
      .strictObject({
        record_type: readable,
        record_id: recordId,
        fields: z.record(z.string().max(100), scalar).describe('What changes, by name of the field.'),
      })
      .superRefine(({ record_type: type, fields }, context) => {
        const names: readonly string[] = changeable[type];
        if (Object.keys(fields).length === 0)
          context.addIssue({ code: 'custom', path: ['fields'], message: 'is empty' });
        for (const name of Object.keys(fields).filter((one) => !names.includes(one))) {
          const message = `is not a field that may change; these may: ${names.join(', ')}`;
          context.addIssue({ code: 'custom', path: ['fields', name], message });
        }
      }),
    performance: ({ record_type, record_id, fields }) =>
      written('crm_update_record', { record_type, record_id, fields }),
  }),
  defineAction({
    name: 'crm.create_activity',
    description: 'Notes an activity about a record: a call, a note, a task.',
    access: 'write',
    ofContact: { lead_id: 'lead_ref', contact_id: 'lead_ref' },
    input: z.strictObject({
      kind: z.enum(['call', 'email', 'meeting', 'note', 'task']),
      subject: text(255),
      body: text(10_000).optional(),
      due_at: text(40).optional().describe('When it is to be done: a timestamp.'),
      lead_id: recordId.optional(),
      contact_id: recordId.optional(),
      account_id: recordId.optional(),
      opportunity_id: recordId.optional(),
      owner_id: owner.optional(),
    }),
    performance: (fields) => written('crm_create_activity', { fields: given(fields) }),
  }),
  defineAction({
    name: 'crm.move_opportunity',
    description: 'Moves an opportunity to another stage.',
    access: 'write',
    input: z.strictObject({ opportunity_id: recordId, pipeline_stage_id: recordId }),
    performance: ({ opportunity_id, pipeline_stage_id }) =>
      written('crm_move_opportunity', { record_id: opportunity_id, fields: { pipeline_stage_id } }),
  }),
  defineAction({
    name: 'email.send',
    description: 'Sends a mail as plain text. Whoever has unsubscribed gets none, and rules of sending may refuse it.',
    access: 'write',
    needsEnrollment: true,
    ofContact: { to: 'email' },
    receivers: ['to'],
    input: z.strictObject({
      to: text(254).describe('One mail address.'),
      subject: text(255),
      body: text(20_000).describe('Plain text.'),
    }),
    // A mail from a model always counts as advertising, so unsubscribes, caps and quiet hours apply. It is never HTML,
    // because HTML could contain links and images.
    performance: ({ to, subject, body }): Performance => ({
      by: 'runtime',
      kind: 'email',
      request: {
        ...own,
        ...{ to, subject, text: body, class: 'marketing', on_capped: 'skip', track_opens: false, track_clicks: false },
      },
    }),
  }),
  defineAction({
    name: 'http.post',
    description: 'Posts JSON to an address that the policy allows.',
    access: 'write',
    input: z.strictObject({
      url: text(2_000).describe('Address, with https.'),
      payload: z.record(z.string().max(200), z.json()).describe('JSON object to post.'),
    }),
    performance: ({ url, payload }): Performance => ({
      by: 'runtime',
      kind: 'webhook_callback',
      request: {
        ...{ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) },
        ...{ timeout_seconds: 15, sign_with: null },
      },
    }),
  }),
  defineAction({
    name: 'alert.send',
    description: 'Posts a message to a channel of the team.',
    access: 'write',
    integration: 'slack',
    input: z.strictObject({
      message: text(4_000),
      channel: text(100).optional().describe("Channel, such as #sales; the connection's own unless given."),
    }),
    performance: ({ message, channel = null }): Performance => ({
      by: 'runtime',
      kind: 'alert',
      request: { integration_id: 'slack', connection_key: 'default', channel, message },
    }),
  }),
];

function written(kind: ActionEffect, request: JsonObject): Performance {
  return { by: 'runtime', kind, request: { ...own, ...request } };
}

function given(fields: Readonly<Record<string, string | number | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
