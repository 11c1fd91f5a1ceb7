import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { ActionRefusal } from '../../outcomes.ts';
import { line, time } from '../../requests/fields.ts';

/** Checks calendars. A successful response may contain errors for individual calendars. */
export const checkAvailability = defineAction({
  provider: 'google_workspace',
  name: 'check_availability',
  label: 'Check availability',
  description: 'Lists when calendars are busy in a range of time.',
  input: z.strictObject({
    calendars: z
      .array(line('Id of a calendar.'))
      .min(1)
      .max(50)
      .describe('Ids of the calendars, mostly mail addresses.'),
    from: time('Begin of the range.'),
    to: time('End of the range.'),
    time_zone: line('Name of the time zone of the answer. Default: UTC.', 64).optional(),
  }),
  output: z.object({
    calendars: z.array(
      z.object({
        calendar: z.string(),
        busy: z.array(z.object({ start: z.string(), end: z.string() })),
        problem: z.string().optional(),
      }),
    ),
  }),
  scopes: ['https://www.googleapis.com/auth/calendar.freebusy'],
  repeat: 'read',
  example: {
    calendars: ['ada@example.com'],
    from: '2026-12-01T00:00:00Z',
    to: '2026-12-02T00:00:00Z',
    time_zone: 'Europe/Berlin',
  },
  *perform({ calendars, from, to, time_zone }) {
    const json = given({ timeMin: from, timeMax: to, timeZone: time_zone, items: calendars.map((id) => ({ id })) });
    const answer = yield {
      host: 'calendar',
      method: 'POST',
      path: '/calendar/v3/freeBusy',
      body: { json },
      isRepeatable: true,
    };
    const found = Object.entries(objectOf(objectOf(answer.body)['calendars'])).map(([calendar, value]) => {
      const { busy, errors } = objectOf(value);
      const times = listOf(busy).map(objectOf);
      return given({
        calendar,
        busy: times.map(({ start, end }) => given({ start: textOf(start), end: textOf(end) })),
        problem: textOf(objectOf(listOf(errors)[0])['reason']),
      });
    });
    const problem =
      found.length > 0 && found.every((one) => one['problem'] !== undefined)
        ? textOf(found[0]?.['problem'])
        : undefined;
    if (problem !== undefined)
      throw new ActionRefusal({
        class: 'per_record',
        problem: { code: problem, message: `Google can read none of the calendars: ${problem}`, field: 'calendars' },
      });
    return { calendars: found };
  },
});
