import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { meetingField, meetingId, meetingOf, meetingOutput } from '../meetings.ts';

export const getMeeting = defineAction({
  provider: 'zoom',
  name: 'get_meeting',
  label: 'Get a meeting',
  description: 'Reads a meeting.',
  input: z.strictObject({ meeting_id: meetingField }),
  output: meetingOutput,
  scopes: ['meeting:read:meeting'],
  repeat: 'read',
  example: { meeting_id: '12345678901' },
  *perform({ meeting_id }) {
    const answer = yield { host: 'api', method: 'GET', path: pathOf`/v2/meetings/${meetingId(meeting_id)}` };
    return meetingOf(objectOf(answer.body));
  },
});
