import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { meetingField, meetingId, scheduleFields, startOf } from '../meetings.ts';

const { topic, start, duration_minutes, time_zone, agenda } = scheduleFields;

export const updateMeeting = defineAction({
  provider: 'zoom',
  name: 'update_meeting',
  label: 'Update a meeting',
  description: 'Changes the given fields of a meeting.',
  input: z.strictObject({
    meeting_id: meetingField,
    topic: topic.optional(),
    start: start.optional(),
    duration_minutes,
    time_zone,
    agenda,
  }),
  output: z.object({ meeting_id: z.string() }),
  scopes: ['meeting:update:meeting'],
  repeat: 'same',
  example: {
    meeting_id: '12345678901',
    topic: 'Demo, moved',
    start: '2026-12-02T09:00:00Z',
    duration_minutes: 45,
    agenda: 'The same',
  },
  *perform({ meeting_id, topic, start, duration_minutes, time_zone, agenda }) {
    const id = meetingId(meeting_id);
    const start_time = start === undefined ? undefined : startOf(start);
    const json = given({ topic, start_time, duration: duration_minutes, timezone: time_zone, agenda });
    yield { host: 'api', method: 'PATCH', path: pathOf`/v2/meetings/${id}`, body: { json } };
    return { meeting_id: id };
  },
});
