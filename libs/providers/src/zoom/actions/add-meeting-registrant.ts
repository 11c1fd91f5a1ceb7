import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { line } from '../../requests/fields.ts';
import { meetingField, meetingId, register, registrantFields, registrantOutput } from '../meetings.ts';

export const addMeetingRegistrant = defineAction({
  provider: 'zoom',
  name: 'add_meeting_registrant',
  label: 'Register for a meeting',
  description: 'Registers a person for a meeting that asks for registration. Zoom mails the confirmation.',
  input: z.strictObject({
    meeting_id: meetingField,
    ...registrantFields,
    phone: line('Telephone number.', 50).optional(),
  }),
  output: registrantOutput,
  scopes: ['meeting:write:registrant'],
  repeat: 'same',
  reaches: 'people',
  writing: { isAnswer: true },
  example: {
    meeting_id: '12345678901',
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    company: 'Analytical',
    job_title: 'Author',
    phone: '+441234567890',
  },
  *perform({ meeting_id, ...fields }) {
    return yield* register(pathOf`/v2/meetings/${meetingId(meeting_id)}/registrants`, fields);
  },
});
