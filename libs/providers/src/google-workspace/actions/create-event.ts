import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { digestOf } from '../../requests/effect-keys.ts';
import { eventFields, eventOf, eventOutput, eventScope, timesOf } from '../events.ts';

/** Creates an event. The event's id is derived from the key, so a repeat gets 409. */
export const createEvent = defineAction({
  provider: 'google_workspace',
  name: 'create_event',
  label: 'Create an event',
  description: 'Puts an event into a calendar, and invites people to it; they get a mail where notify says so.',
  input: z.strictObject({
    ...eventFields,
    add_meet_link: z.boolean().optional().describe('Whether it gets a link of Google Meet.'),
  }),
  output: eventOutput,
  scopes: [eventScope],
  repeat: 'key',
  reaches: 'people',
  writing: { when: ({ notify = 'none' }) => notify !== 'none', toSeveral: true, isAnswer: true },
  example: {
    title: 'Demo',
    start: '2026-12-01T09:00:00+01:00',
    end: '2026-12-01T09:30:00+01:00',
    time_zone: 'Europe/Berlin',
    description: 'With Ada',
    location: 'Berlin',
    attendees: ['ada@example.com'],
    notify: 'all',
    add_meet_link: true,
  },
  *perform(
    { calendar_id = 'primary', title, attendees, description, location, notify = 'none', add_meet_link, ...times },
    place,
  ) {
    const id = digestOf(place.key).slice(0, 40);
    const events = pathOf`/calendar/v3/calendars/${calendar_id}/events`;
    const answer = yield {
      host: 'calendar',
      method: 'POST',
      path: events,
      query: { sendUpdates: notify, conferenceDataVersion: add_meet_link ? 1 : undefined },
      body: {
        json: given({
          id,
          summary: title,
          description,
          location,
          ...timesOf(times),
          attendees: attendees?.map((email) => ({ email })),
          conferenceData: add_meet_link
            ? { createRequest: { requestId: id, conferenceSolutionKey: { type: 'hangoutsMeet' } } }
            : undefined,
        }),
      },
      isDone: ({ status }) => status === 409,
    };
    return eventOf(answer.status === 409 ? yield { host: 'calendar', method: 'GET', path: `${events}/${id}` } : answer);
  },
});
