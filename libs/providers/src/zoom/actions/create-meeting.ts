import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { agendaOf, findMade, hostField, meetingOf, meetingOutput, scheduleFields, startOf } from '../meetings.ts';

export const createMeeting = defineAction({
  provider: 'zoom',
  name: 'create_meeting',
  label: 'Create a meeting',
  description: 'Schedules a meeting. Its agenda ends with a reference, by which a repeat finds it.',
  input: z.strictObject({
    host: hostField,
    ...scheduleFields,
    password: line('Passcode of at most 10 characters. Default: as the account is set.', 10).optional(),
    waiting_room: z.boolean().optional().describe('Whether people wait until the host lets them in.'),
    auto_recording: z
      .enum(['local', 'cloud', 'none'])
      .optional()
      .describe('What records it. Default: as the account is set.'),
    invitees: z
      .array(mailAddress('A mail address.'))
      .max(100)
      .optional()
      .describe('Mail addresses of those who are invited.'),
    registration_required: z.boolean().optional().describe('Whether people register first. Needs a licensed host.'),
  }),
  output: meetingOutput,
  scopes: ['meeting:write:meeting', 'meeting:read:list_meetings'],
  repeat: 'check',
  example: {
    topic: 'Demo',
    start: '2026-12-01T09:00:00+01:00',
    duration_minutes: 30,
    time_zone: 'Europe/Berlin',
    agenda: 'What we can do for you',
    password: 'pA55word',
    waiting_room: true,
    auto_recording: 'none',
    invitees: ['ada@example.com'],
    registration_required: true,
  },
  *perform({ host = 'me', topic, start, duration_minutes = 60, time_zone, agenda, password, ...input }, place) {
    const path = pathOf`/v2/users/${host}/meetings`;
    const made = place.mayHaveHappened ? yield* findMade(path, 'meetings', place) : undefined;
    if (made !== undefined) return meetingOf(made);
    const { waiting_room, auto_recording, invitees, registration_required } = input;
    const settings = given({
      waiting_room,
      auto_recording,
      meeting_invitees: invitees?.map((email) => ({ email })),
      approval_type: registration_required === undefined ? undefined : registration_required ? 0 : 2,
    });
    const json = given({
      type: 2,
      topic,
      start_time: startOf(start),
      duration: duration_minutes,
      timezone: time_zone,
      agenda: agendaOf(agenda, place),
      password,
      settings: Object.keys(settings).length === 0 ? undefined : settings,
    });
    return meetingOf(objectOf((yield { host: 'api', method: 'POST', path, body: { json } }).body));
  },
});
