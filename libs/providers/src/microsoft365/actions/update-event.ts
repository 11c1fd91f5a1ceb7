import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line } from '../../requests/fields.ts';
import { eventFields, eventOf, eventOutput } from '../events.ts';
import { graph, graphTime } from '../graph.ts';

const { title, start, end, time_zone, location } = eventFields;

export const updateEvent = defineAction({
  provider: 'microsoft365',
  name: 'update_event',
  label: 'Update an event',
  description: 'Changes the given fields of an event. Those who are invited hear of it.',
  input: z.strictObject({
    event_id: line('Id of the event.', 500),
    title: title.optional(),
    start: start.optional(),
    end: end.optional(),
    time_zone,
    location,
  }),
  output: eventOutput,
  scopes: ['Calendars.ReadWrite'],
  repeat: 'same',
  example: {
    event_id: 'AAMkAGI1',
    title: 'Demo, moved',
    start: '2026-12-02T09:00:00+01:00',
    end: '2026-12-02T09:30:00+01:00',
    location: 'Paris',
  },
  *perform({ event_id, title, start, end, time_zone, location }) {
    const answer = yield graph({
      method: 'PATCH',
      path: pathOf`/v1.0/me/events/${event_id}`,
      body: {
        json: given({
          subject: title,
          start: start === undefined ? undefined : graphTime(start, time_zone),
          end: end === undefined ? undefined : graphTime(end, time_zone),
          location: location === undefined ? undefined : { displayName: location },
        }),
      },
    });
    return eventOf(answer);
  },
});
