import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { ActionRefusal } from '../../outcomes.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { wallTime } from '../../requests/wall-time.ts';
import { graph, graphTime, itemsOf } from '../graph.ts';

/**
 * Checks schedules. Each digit of `availability` is one interval: 0 free, 1 tentative, 2 busy, 3 away, 4 elsewhere. A
 * successful response may contain errors for individual schedules.
 */
export const checkAvailability = defineAction({
  provider: 'microsoft365',
  name: 'check_availability',
  label: 'Check availability',
  description: 'Shows when people are busy in a range of time.',
  input: z.strictObject({
    calendars: z
      .array(mailAddress('A mail address.'))
      .min(1)
      .max(20)
      .describe('Mail addresses of the people or rooms.'),
    from: wallTime('Begin of the range.'),
    to: wallTime('End of the range.'),
    time_zone: line('Name of the time zone. Default for times without an offset: UTC.', 64).optional(),
    interval_minutes: z.number().int().min(5).max(1440).optional().describe('Length of an interval. Default: 30.'),
  }),
  output: z.object({
    schedules: z.array(
      z.object({ calendar: z.string(), availability: z.string().optional(), problem: z.string().optional() }),
    ),
  }),
  scopes: ['Calendars.ReadBasic'],
  repeat: 'read',
  example: {
    calendars: ['ada@example.com'],
    from: '2026-12-01T08:00:00',
    to: '2026-12-01T18:00:00',
    time_zone: 'Europe/Berlin',
    interval_minutes: 60,
  },
  *perform({ calendars, from, to, time_zone, interval_minutes = 30 }) {
    const answer = yield graph({
      method: 'POST',
      path: '/v1.0/me/calendar/getSchedule',
      isRepeatable: true,
      body: {
        json: {
          schedules: calendars,
          startTime: graphTime(from, time_zone),
          endTime: graphTime(to, time_zone),
          availabilityViewInterval: interval_minutes,
        },
      },
    });
    const schedules = itemsOf(answer.body).map(({ scheduleId, availabilityView, error }) =>
      given({
        calendar: textOf(scheduleId),
        availability: textOf(availabilityView),
        problem: textOf(objectOf(error)['message']) ?? textOf(objectOf(error)['responseCode']),
      }),
    );
    const problem =
      schedules.length > 0 && schedules.every((one) => one['problem'] !== undefined)
        ? textOf(schedules[0]?.['problem'])
        : undefined;
    if (problem !== undefined)
      throw new ActionRefusal({
        class: 'per_record',
        problem: { code: 'schedule_unreadable', message: problem, field: 'calendars' },
      });
    return { schedules };
  },
});
