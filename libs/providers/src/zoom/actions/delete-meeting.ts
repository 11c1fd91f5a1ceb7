import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { meetingField, meetingId } from '../meetings.ts';

export const deleteMeeting = defineAction({
  provider: 'zoom',
  name: 'delete_meeting',
  label: 'Delete a meeting',
  description: 'Deletes a meeting. One that is gone already is as good.',
  input: z.strictObject({
    meeting_id: meetingField,
    notify_host: z.boolean().optional().describe('Whether the host gets a mail. Default: false.'),
    notify_registrants: z.boolean().optional().describe('Whether those who registered get a mail. Default: false.'),
  }),
  output: z.object({ meeting_id: z.string() }),
  scopes: ['meeting:delete:meeting'],
  repeat: 'same',
  reaches: 'deletes',
  example: { meeting_id: '12345678901', notify_host: true, notify_registrants: true },
  *perform({ meeting_id, notify_host, notify_registrants }) {
    const id = meetingId(meeting_id);
    yield {
      host: 'api',
      method: 'DELETE',
      path: pathOf`/v2/meetings/${id}`,
      query: { schedule_for_reminder: notify_host, cancel_meeting_reminder: notify_registrants },
      isDone: ({ status, body }) => status === 404 && textOf(objectOf(body)['code']) === '3001',
    };
    return { meeting_id: id };
  },
});
