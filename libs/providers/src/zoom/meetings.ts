import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import type { ActionPlace } from '../actions.ts';
import { given, listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import { ActionRefusal } from '../outcomes.ts';
import { digestOf } from '../requests/effect-keys.ts';
import { line, longText, mailAddress } from '../requests/fields.ts';
import { wallTime } from '../requests/wall-time.ts';

export const hostField = line(
  'Id or mail address of the host. Default: the person who made the connection.',
  320,
).optional();

/**
 * Id of a meeting. It is a string, because a JSON number cannot represent all 64 bits. It may contain spaces, because
 * people copy ids with spaces.
 */
export const meetingField = z
  .string()
  .regex(/^\d[\d -]{7,20}$/, 'is not a meeting id')
  .describe('Id of the meeting, such as 123 4567 8901.');

export function meetingId(text: string): string {
  return text.replace(/\D/g, '');
}

export const scheduleFields = {
  topic: line('The topic.', 200),
  start: wallTime('When it begins, such as 2026-12-01T09:00:00+01:00, or without an offset in `time_zone`.'),
  duration_minutes: z.number().int().min(1).max(1440).optional().describe('Length in minutes. Default: 60.'),
  time_zone: line('Name of the time zone, such as Europe/Berlin. Default: that of the host.', 64).optional(),
  agenda: longText('The agenda.').max(1900).optional(),
};

/** Converts a time with an offset to UTC, because Zoom reads no other offset. */
export function startOf(time: string): string {
  return /(Z|[+-]\d\d:?\d\d)$/.test(time) ? new Date(time).toISOString().replace(/\.\d+Z$/, 'Z') : time;
}

/**
 * Adds to the agenda a reference derived from the key, by which a later attempt finds the meeting. Lists show the first
 * 250 characters of an agenda, so the reference comes first if the agenda is long.
 */
export function agendaOf(agenda: string | undefined, place: ActionPlace): string {
  const reference = referenceOf(place);
  if (agenda === undefined) return reference;
  return agenda.length + reference.length + 1 <= 250 ? `${agenda}\n${reference}` : `${reference}\n${agenda}`;
}

function referenceOf({ key }: ActionPlace): string {
  return `Ref. ${digestOf(key).slice(0, 16)}`;
}

const mostPages = 10;

/**
 * Finds the host's meeting or webinar of an earlier attempt, by the reference in its agenda. If the host has more pages
 * than are read, only a person can decide.
 */
export function* findMade(
  path: string,
  kind: 'meetings' | 'webinars',
  place: ActionPlace,
): Generator<ProviderRequest, JsonObject | undefined, ProviderAnswer> {
  const reference = referenceOf(place);
  let token: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = { type: kind === 'meetings' ? 'scheduled' : undefined, page_size: 300, next_page_token: token };
    const answer: ProviderAnswer = yield { host: 'api', method: 'GET', path, query };
    const body = objectOf(answer.body);
    const found = listOf(body[kind])
      .map(objectOf)
      .find(({ agenda }) => textOf(agenda)?.includes(reference));
    if (found !== undefined) return found;
    token = textOf(body['next_page_token']);
    if (token === undefined) return undefined;
  }
  throw new ActionRefusal({ class: 'unknown', problem: tooMany });
}

const tooMany = {
  code: 'too_many_meetings',
  message: 'An earlier attempt may have been made, and the host has too many meetings to look for it.',
};

/** Returns a meeting without its start link, because the link is a credential of the host. */
export function meetingOf(meeting: JsonObject): JsonObject {
  const { id, join_url, start_time, password, topic, status } = meeting;
  return given({
    meeting_id: textOf(id),
    join_url: textOf(join_url),
    start_time: textOf(start_time),
    password: textOf(password),
    topic: textOf(topic),
    status: textOf(status),
  });
}

export const meetingOutput = z.object({
  meeting_id: z.string(),
  join_url: z.string().optional(),
  start_time: z.string().optional(),
  password: z.string().optional(),
  topic: z.string().optional(),
  status: z.string().optional(),
});

export const registrantFields = {
  email: mailAddress('Mail address of the person.'),
  first_name: line('First name.', 64),
  last_name: line('Last name.', 64).optional(),
  company: line('Company.', 128).optional(),
  job_title: line('Position.', 128).optional(),
};

export const registrantOutput = z.object({ registrant_id: z.string().optional(), join_url: z.string().optional() });

/** Registers a person. A repeat with the same mail address returns the same registrant. */
export function* register(
  path: string,
  { company, ...fields }: { company?: string | undefined } & Readonly<Record<string, string | undefined>>,
): Generator<ProviderRequest, JsonObject, ProviderAnswer> {
  const answer = yield { host: 'api', method: 'POST', path, body: { json: given({ ...fields, org: company }) } };
  const { registrant_id, join_url } = objectOf(answer.body);
  return given({ registrant_id: textOf(registrant_id), join_url: textOf(join_url) });
}
