import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line } from '../../requests/fields.ts';
import { eventFields, eventOf, eventOutput, eventScope, timesOf } from '../events.ts';

const { calendar_id, title, start, end, time_zone, description, location, notify } = eventFields;

export const updateEvent = defineAction({
  provider: 'google_workspace',
  name: 'update_event',
  label: 'Update an event',
  description: 'Changes the given fields of an event.',
  input: z.strictObject({
    calendar_id,
    event_id: line('Id of the event.', 1024),
    title: title.optional(),
    start: start.optional(),
    end: end.optional(),
    time_zone,
    description,
    location,
    notify,
  }),
  output: eventOutput,
  scopes: [eventScope],
  repeat: 'same',
  example: {
    event_id: 'a1b2c3d4e5',
    title: 'Demo, moved',
    start: '2026-12-02T09:00:00',
    end: '2026-12-02T09:30:00',
    time_zone: 'Europe/Berlin',
    description: 'With Ada and Grace',
    location: 'Paris',
    notify: 'all',
  },
  *perform({ calendar_id = 'primary', event_id, title, description, location, notify = 'none', ...times }) {
    const answer = yield {
      host: 'calendar',
      method: 'PATCH',
      path: pathOf`/calendar/v3/calendars/${calendar_id}/events/${event_id}`,
      query: { sendUpdates: notify },
      body: { json: given({ summary: title, description, location, ...timesOf(times) }) },
    };
    return eventOf(answer);
  },
});
