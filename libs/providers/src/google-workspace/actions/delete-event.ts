import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { line } from '../../requests/fields.ts';
import { eventFields, eventScope } from '../events.ts';

export const deleteEvent = defineAction({
  provider: 'google_workspace',
  name: 'delete_event',
  label: 'Delete an event',
  description: 'Deletes an event from a calendar. One that is gone already is as good.',
  input: z.strictObject({
    calendar_id: eventFields.calendar_id,
    event_id: line('Id of the event.', 1024),
    notify: eventFields.notify,
  }),
  output: z.object({ event_id: z.string() }),
  scopes: [eventScope],
  repeat: 'same',
  reaches: 'deletes',
  example: { event_id: 'a1b2c3d4e5', notify: 'all' },
  *perform({ calendar_id = 'primary', event_id, notify = 'none' }) {
    yield {
      host: 'calendar',
      method: 'DELETE',
      path: pathOf`/calendar/v3/calendars/${calendar_id}/events/${event_id}`,
      query: { sendUpdates: notify },
      isDone: ({ status }) => status === 404 || status === 410,
    };
    return { event_id };
  },
});
