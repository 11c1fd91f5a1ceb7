import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { given, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer } from '../calls.ts';
import { line, longText, mailAddress } from '../requests/fields.ts';
import { wallTime } from '../requests/wall-time.ts';

export const eventScope = 'https://www.googleapis.com/auth/calendar.events';

export const eventFields = {
  calendar_id: line('Id of the calendar, mostly a mail address. Default: the main one of the account.').optional(),
  title: line('The title.', 1000),
  start: wallTime('When it begins, such as 2026-12-01T09:00:00+01:00, or without an offset in `time_zone`.'),
  end: wallTime('When it ends.'),
  time_zone: line('Name of the time zone, such as Europe/Berlin. Needed for times without an offset.', 64).optional(),
  description: longText('The description.').optional(),
  location: line('The place.', 1000).optional(),
  attendees: z
    .array(mailAddress('A mail address.'))
    .max(200)
    .optional()
    .describe('Mail addresses of those who are invited.'),
  notify: z
    .enum(['all', 'externalOnly', 'none'])
    .optional()
    .describe('Who gets a mail of Google about it. Default: none.'),
};

type Times = { start?: string | undefined; end?: string | undefined; time_zone?: string | undefined };

/** Returns `start` and `end` in Google's form. */
export function timesOf({ start, end, time_zone }: Times): JsonObject {
  const at = (time: string | undefined) =>
    time === undefined ? undefined : given({ dateTime: time, timeZone: time_zone });
  return given({ start: at(start), end: at(end) });
}

export const eventOutput = z.object({
  event_id: z.string(),
  html_link: z.string().optional(),
  meet_link: z.string().optional(),
  status: z.string().optional(),
});

export function eventOf({ body }: ProviderAnswer): JsonObject {
  const { id, htmlLink, hangoutLink, status } = objectOf(body);
  return given({
    event_id: textOf(id),
    html_link: textOf(htmlLink),
    meet_link: textOf(hangoutLink),
    status: textOf(status),
  });
}
