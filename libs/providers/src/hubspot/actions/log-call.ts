import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line, longText, time } from '../../requests/fields.ts';
import { createObject, objectId, recordId, texts } from '../objects.ts';

export const logCall = defineAction({
  provider: 'hubspot',
  name: 'log_call',
  label: 'Log call',
  description: 'Records a call with a contact.',
  input: z.strictObject({
    title: line('What it was about.'),
    body: longText('Notes.').optional(),
    timestamp: time('When it was; the time of the step unless given.').optional(),
    duration_ms: z.int().min(0).optional().describe('Length in milliseconds.'),
    direction: z.enum(['INBOUND', 'OUTBOUND']).optional().describe('Who called.'),
    contact_id: recordId('Contact that was called.').optional(),
    company_id: recordId('Company it was with.').optional(),
    deal_id: recordId('Deal it was about.').optional(),
  }),
  output: objectId,
  scopes: ['crm.objects.contacts.write'],
  repeat: 'none',
  example: { title: 'First call', duration_ms: 540000, direction: 'OUTBOUND', contact_id: '151' },
  *perform(input, place) {
    const values = texts({
      hs_call_title: input.title,
      hs_call_body: input.body,
      hs_timestamp: input.timestamp ?? place.plannedAt.toISOString(),
      hs_call_duration: input.duration_ms,
      hs_call_direction: input.direction,
    });
    return yield* createObject('calls', values, [
      [194, input.contact_id],
      [182, input.company_id],
      [206, input.deal_id],
    ]);
  },
});
