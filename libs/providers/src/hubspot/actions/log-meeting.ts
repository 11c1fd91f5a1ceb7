import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line, longText, time } from '../../requests/fields.ts';
import { createObject, objectId, recordId, texts } from '../objects.ts';

export const logMeeting = defineAction({
  provider: 'hubspot',
  name: 'log_meeting',
  label: 'Log meeting',
  description: 'Records a meeting with a contact.',
  input: z.strictObject({
    title: line('What it is about.'),
    body: longText('Notes.').optional(),
    start: time('When it begins.'),
    end: time('When it ends.').optional(),
    contact_id: recordId('Contact that takes part.').optional(),
    company_id: recordId('Company it is with.').optional(),
    deal_id: recordId('Deal it is about.').optional(),
  }),
  output: objectId,
  scopes: ['crm.objects.contacts.write'],
  repeat: 'none',
  example: { title: 'Demo', start: '2026-12-01T09:00:00Z', end: '2026-12-01T09:30:00Z', contact_id: '151' },
  *perform(input) {
    const values = texts({
      hs_meeting_title: input.title,
      hs_meeting_body: input.body,
      hs_timestamp: input.start,
      hs_meeting_start_time: input.start,
      hs_meeting_end_time: input.end,
    });
    return yield* createObject('meetings', values, [
      [200, input.contact_id],
      [188, input.company_id],
      [212, input.deal_id],
    ]);
  },
});
