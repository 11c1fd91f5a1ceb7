import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { agendaOf, findMade, hostField, scheduleFields, startOf } from '../meetings.ts';

export const createWebinar = defineAction({
  provider: 'zoom',
  name: 'create_webinar',
  label: 'Create a webinar',
  description: 'Schedules a webinar. Its agenda ends with a reference, by which a repeat finds it.',
  input: z.strictObject({ host: hostField, ...scheduleFields }),
  output: z.object({ webinar_id: z.string(), join_url: z.string().optional() }),
  scopes: ['webinar:write:webinar', 'webinar:read:list_webinars'],
  repeat: 'check',
  example: {
    topic: 'What is new',
    start: '2026-12-01T17:00:00',
    duration_minutes: 60,
    time_zone: 'Europe/Berlin',
    agenda: 'New in December',
  },
  *perform({ host = 'me', topic, start, duration_minutes = 60, time_zone, agenda }, place) {
    const path = pathOf`/v2/users/${host}/webinars`;
    const made = place.mayHaveHappened ? yield* findMade(path, 'webinars', place) : undefined;
    const json = given({
      type: 5,
      topic,
      start_time: startOf(start),
      duration: duration_minutes,
      timezone: time_zone,
      agenda: agendaOf(agenda, place),
    });
    const { id, join_url } = made ?? objectOf((yield { host: 'api', method: 'POST', path, body: { json } }).body);
    return given({ webinar_id: textOf(id), join_url: textOf(join_url) });
  },
});
