import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { meetingField, meetingId, register, registrantFields, registrantOutput } from '../meetings.ts';

export const addWebinarRegistrant = defineAction({
  provider: 'zoom',
  name: 'add_webinar_registrant',
  label: 'Register for a webinar',
  description: 'Registers a person for a webinar. Zoom mails the confirmation.',
  input: z.strictObject({ webinar_id: meetingField.describe('Id of the webinar.'), ...registrantFields }),
  output: registrantOutput,
  scopes: ['webinar:write:registrant'],
  repeat: 'same',
  reaches: 'people',
  writing: { isAnswer: true },
  example: {
    webinar_id: '98765432101',
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    company: 'Analytical',
    job_title: 'Author',
  },
  *perform({ webinar_id, ...fields }) {
    return yield* register(pathOf`/v2/webinars/${meetingId(webinar_id)}/registrants`, fields);
  },
});
