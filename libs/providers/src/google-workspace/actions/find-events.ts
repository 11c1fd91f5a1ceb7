import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line, time } from '../../requests/fields.ts';
import { eventFields } from '../events.ts';

export const findEvents = defineAction({
  provider: 'google_workspace',
  name: 'find_events',
  label: 'Find events',
  description: 'Lists the events of a calendar in a range of time, by their beginning.',
  input: z.strictObject({
    calendar_id: eventFields.calendar_id,
    query: line('Text that an event has.', 200).optional(),
    from: time('Events that end after this time.').optional(),
    to: time('Events that begin before this time.').optional(),
    limit: z.number().int().min(1).max(250).optional().describe('Most events. Default: 50.'),
  }),
  output: z.object({
    events: z.array(
      z.object({
        event_id: z.string(),
        title: z.string().optional(),
        start: z.string().optional(),
        end: z.string().optional(),
        status: z.string().optional(),
        html_link: z.string().optional(),
      }),
    ),
  }),
  scopes: ['https://www.googleapis.com/auth/calendar.events.readonly'],
  repeat: 'read',
  example: { query: 'Demo', from: '2026-12-01T00:00:00Z', to: '2026-12-31T00:00:00Z', limit: 10 },
  *perform({ calendar_id = 'primary', query, from, to, limit = 50 }) {
    const answer = yield {
      host: 'calendar',
      method: 'GET',
      path: pathOf`/calendar/v3/calendars/${calendar_id}/events`,
      query: { q: query, timeMin: from, timeMax: to, maxResults: limit, singleEvents: true, orderBy: 'startTime' },
    };
    const events = listOf(objectOf(answer.body)['items']).map(objectOf);
    const timeOf = (value: (typeof events)[number][string] | undefined) =>
      textOf(objectOf(value)['dateTime']) ?? textOf(objectOf(value)['date']);
    return {
      events: events.map(({ id, summary, start, end, status, htmlLink }) =>
        given({
          event_id: textOf(id),
          title: textOf(summary),
          start: timeOf(start),
          end: timeOf(end),
          status: textOf(status),
          html_link: textOf(htmlLink),
        }),
      ),
    };
  },
});
