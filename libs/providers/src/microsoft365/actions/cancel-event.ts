import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line, longText } from '../../requests/fields.ts';
import { graph } from '../graph.ts';

export const cancelEvent = defineAction({
  provider: 'microsoft365',
  name: 'cancel_event',
  label: 'Cancel an event',
  description:
    'Cancels an event that the account organizes, and tells those who are invited. One that is gone already is as good.',
  input: z.strictObject({
    event_id: line('Id of the event.', 500),
    comment: longText('A text for those who are invited.').optional(),
  }),
  output: z.object({ event_id: z.string() }),
  scopes: ['Calendars.ReadWrite'],
  repeat: 'same',
  reaches: 'deletes',
  example: { event_id: 'AAMkAGI1', comment: 'We found another date.' },
  *perform({ event_id, comment }) {
    yield graph({
      method: 'POST',
      path: pathOf`/v1.0/me/events/${event_id}/cancel`,
      body: { json: given({ comment }) },
      isDone: ({ status }) => status === 404,
    });
    return { event_id };
  },
});
