import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line, mailAddress, time, webAddress } from '../../requests/fields.ts';
import { gongId, requestId } from '../calls.ts';
import { isKnown } from '../judge.ts';

const contextObject = z.strictObject({
  type: line('Type in the CRM, such as Opportunity.').describe('Type in the CRM, such as Opportunity.'),
  id: line('Its id there.'),
});

export const addCall = defineAction({
  provider: 'gong',
  name: 'add_call',
  label: 'Add call',
  description: 'Adds a call, with the address of its recording or without one; call_id is null if Gong had it already.',
  input: z.strictObject({
    external_id: line('Id of the call, one call for each; the key of the step unless given.').optional(),
    title: line('Title.').optional(),
    started_at: time('When it began.'),
    direction: z.enum(['Inbound', 'Outbound', 'Conference', 'Unknown']).describe('Who called.'),
    host_user_id: gongId('User of Gong whose call it is.'),
    parties: z.array(mailAddress('Mail address.')).max(100).default([]).describe('Mail addresses of the others.'),
    recording_url: webAddress('Recording, which Gong must be able to fetch.').optional(),
    duration_seconds: z.number().min(0).optional().describe('Length in seconds.'),
    disposition: line('How it ended.').optional(),
    crm_system: z.enum(['Salesforce', 'HubSpot']).optional().describe('CRM of crm_context.'),
    crm_context: z.array(contextObject).max(10).optional().describe('Records of the CRM that it is about.'),
  }),
  output: z.object({ call_id: z.string().nullable(), request_id: requestId }),
  scopes: ['api:calls:create'],
  repeat: 'key',
  example: {
    title: 'Demo with Ada',
    started_at: '2026-12-01T09:00:00Z',
    direction: 'Outbound',
    host_user_id: '234599484848423',
    parties: ['ada@example.com'],
    duration_seconds: 1500,
  },
  *perform(input, place) {
    const { crm_system: system, crm_context: records } = input;
    const objects = records?.map(({ type, id }) => ({ objectType: type, objectId: id }));
    const { body } = yield {
      host: 'api',
      method: 'POST',
      path: '/v2/calls',
      body: {
        json: given({
          clientUniqueId: input.external_id ?? place.key,
          title: input.title,
          actualStart: input.started_at,
          direction: input.direction,
          primaryUser: input.host_user_id,
          // The host of the call must be one of the parties.
          parties: [{ userId: input.host_user_id }, ...input.parties.map((emailAddress) => ({ emailAddress }))],
          downloadMediaUrl: input.recording_url,
          duration: input.duration_seconds,
          disposition: input.disposition,
          context: system !== undefined && objects !== undefined ? [{ system, objects }] : undefined,
        }),
      },
      isDone: isKnown,
    };
    const { callId, requestId: id } = objectOf(body);
    return { call_id: textOf(callId) ?? null, request_id: textOf(id) ?? null };
  },
});
