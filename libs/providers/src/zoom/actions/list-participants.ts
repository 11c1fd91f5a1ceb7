import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line } from '../../requests/fields.ts';

export const listParticipants = defineAction({
  provider: 'zoom',
  name: 'list_participants',
  label: 'List participants',
  description: 'Lists who was in a meeting that is over. Needs a paid plan.',
  input: z.strictObject({
    meeting_id: line('Id or UUID of the meeting.', 100),
    limit: z.number().int().min(1).max(300).optional().describe('Most people. Default: 100.'),
  }),
  output: z.object({
    participants: z.array(
      z.object({ id: z.string().optional(), name: z.string().optional(), email: z.string().optional() }),
    ),
    next: z.string().optional(),
  }),
  scopes: ['meeting:read:list_past_participants'],
  repeat: 'read',
  example: { meeting_id: '12345678901', limit: 30 },
  *perform({ meeting_id, limit = 100 }) {
    // A UUID that begins with a slash or contains two slashes in a row must be encoded twice.
    const id = /^\/|\/\//.test(meeting_id) ? encodeURIComponent(meeting_id) : meeting_id;
    const path = pathOf`/v2/past_meetings/${id}/participants`;
    const body = objectOf((yield { host: 'api', method: 'GET', path, query: { page_size: limit } }).body);
    const people = listOf(body['participants']).map(objectOf);
    return given({
      participants: people.map(({ id, name, user_email }) =>
        given({ id: textOf(id), name: textOf(name), email: textOf(user_email) }),
      ),
      next: textOf(body['next_page_token']),
    });
  },
});
