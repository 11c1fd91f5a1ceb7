import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { digestOf } from '../../requests/effect-keys.ts';
import { eventFields, eventOf, eventOutput } from '../events.ts';
import { graph, graphTime, itemBody, itemsOf, mailbox } from '../graph.ts';

/**
 * Creates an event with the key as `transactionId`. A repeat gets the first event, or gets 409 and looks the event up.
 */
export const createEvent = defineAction({
  provider: 'microsoft365',
  name: 'create_event',
  label: 'Create an event',
  description: 'Puts an event into the calendar, and invites people to it.',
  input: z.strictObject({
    ...eventFields,
    online_meeting: z.boolean().optional().describe('Whether it gets a link of Teams.'),
  }),
  output: eventOutput.partial(),
  scopes: ['Calendars.ReadWrite'],
  repeat: 'key',
  reaches: 'people',
  writing: { toSeveral: true, isAnswer: true },
  example: {
    title: 'Demo',
    start: '2026-12-01T09:00:00',
    end: '2026-12-01T09:30:00',
    time_zone: 'Europe/Berlin',
    description: 'With Ada',
    location: 'Berlin',
    attendees: ['ada@example.com'],
    online_meeting: true,
  },
  *perform({ title, start, end, time_zone, description, location, attendees, online_meeting }, place) {
    const transactionId = digestOf(place.key).slice(0, 40);
    const [from, to] = [graphTime(start, time_zone), graphTime(end, time_zone)];
    const answer = yield graph({
      method: 'POST',
      path: '/v1.0/me/events',
      body: {
        json: given({
          transactionId,
          subject: title,
          start: from,
          end: to,
          body: itemBody(description),
          location: location === undefined ? undefined : { displayName: location },
          attendees: attendees?.map((address) => ({ ...mailbox(address), type: 'required' })),
          isOnlineMeeting: online_meeting,
          onlineMeetingProvider: online_meeting ? 'teamsForBusiness' : undefined,
        }),
      },
      isDone: ({ status }) => status === 409,
    });
    if (answer.status !== 409) return eventOf(answer);
    // The event may be in any time zone, so the search covers a day before it and a day after it.
    const at = Date.parse(`${from['dateTime']}Z`);
    const listed = yield graph({
      method: 'GET',
      path: '/v1.0/me/calendarView',
      query: {
        startDateTime: new Date(at - dayMs).toISOString(),
        endDateTime: new Date(at + dayMs).toISOString(),
        $top: 250,
        $select: 'id,webLink,onlineMeeting,iCalUId,transactionId',
      },
    });
    const event = itemsOf(listed.body).find((one) => one['transactionId'] === transactionId);
    return event === undefined ? {} : eventOf({ ...listed, body: event });
  },
});

const dayMs = 86_400_000;
