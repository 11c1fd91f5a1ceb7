import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { given, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer } from '../calls.ts';
import { line, longText, mailAddress } from '../requests/fields.ts';
import { wallTime } from '../requests/wall-time.ts';

export const eventFields = {
  title: line('The title.', 255),
  start: wallTime('When it begins, such as 2026-12-01T09:00:00+01:00, or without an offset in `time_zone`.'),
  end: wallTime('When it ends.'),
  time_zone: line(
    'Name of the time zone, such as Europe/Berlin. Default for times without an offset: UTC.',
    64,
  ).optional(),
  description: longText('The description, as plain text.').optional(),
  location: line('The place.', 1000).optional(),
  attendees: z
    .array(mailAddress('A mail address.'))
    .max(200)
    .optional()
    .describe('Mail addresses of those who are invited.'),
};

export const eventOutput = z.object({
  event_id: z.string(),
  web_link: z.string().optional(),
  join_url: z.string().optional(),
  ical_uid: z.string().optional(),
});

export function eventOf({ body }: ProviderAnswer): JsonObject {
  const { id, webLink, onlineMeeting, iCalUId } = objectOf(body);
  return given({
    event_id: textOf(id),
    web_link: textOf(webLink),
    join_url: textOf(objectOf(onlineMeeting)['joinUrl']),
    ical_uid: textOf(iCalUId),
  });
}
