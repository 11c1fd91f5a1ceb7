import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { time } from '../../requests/fields.ts';
import { graph, itemsOf } from '../graph.ts';

export const findEvents = defineAction({
  provider: 'microsoft365',
  name: 'find_events',
  label: 'Find events',
  description: 'Lists the events of the calendar in a range of time, by their beginning.',
  input: z.strictObject({
    from: time('Begin of the range.'),
    to: time('End of the range.'),
    limit: z.number().int().min(1).max(250).optional().describe('Most events. Default: 50.'),
  }),
  output: z.object({
    events: z.array(
      z.object({
        event_id: z.string(),
        title: z.string().optional(),
        start: z.string().optional(),
        end: z.string().optional(),
        web_link: z.string().optional(),
      }),
    ),
  }),
  scopes: ['Calendars.Read'],
  repeat: 'read',
  example: { from: '2026-12-01T00:00:00Z', to: '2026-12-31T00:00:00Z', limit: 10 },
  *perform({ from, to, limit = 50 }) {
    const answer = yield graph({
      method: 'GET',
      path: '/v1.0/me/calendarView',
      query: {
        startDateTime: from,
        endDateTime: to,
        $top: limit,
        $orderby: 'start/dateTime',
        $select: 'id,subject,start,end,webLink',
      },
    });
    return {
      events: itemsOf(answer.body).map(({ id, subject, start, end, webLink }) =>
        given({
          event_id: textOf(id),
          title: textOf(subject),
          start: textOf(objectOf(start)['dateTime']),
          end: textOf(objectOf(end)['dateTime']),
          web_link: textOf(webLink),
        }),
      ),
    };
  },
});
