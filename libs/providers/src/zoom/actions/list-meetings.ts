import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { day } from '../../requests/fields.ts';
import { hostField, meetingOf, meetingOutput } from '../meetings.ts';

export const listMeetings = defineAction({
  provider: 'zoom',
  name: 'list_meetings',
  label: 'List meetings',
  description: 'Lists the meetings of a host.',
  input: z.strictObject({
    host: hostField,
    type: z
      .enum(['scheduled', 'live', 'upcoming', 'previous_meetings'])
      .optional()
      .describe('Which ones. Default: scheduled.'),
    from: day('First day, such as 2026-12-01.').optional(),
    to: day('Last day.').optional(),
  }),
  output: z.object({ meetings: z.array(meetingOutput) }),
  scopes: ['meeting:read:list_meetings'],
  repeat: 'read',
  example: { host: 'me', type: 'upcoming', from: '2026-12-01', to: '2026-12-31' },
  *perform({ host = 'me', type = 'scheduled', from, to }) {
    const query = { type, from, to, page_size: 300 };
    const answer = yield { host: 'api', method: 'GET', path: pathOf`/v2/users/${host}/meetings`, query };
    return { meetings: listOf(objectOf(answer.body)['meetings']).map((meeting) => meetingOf(objectOf(meeting))) };
  },
});
