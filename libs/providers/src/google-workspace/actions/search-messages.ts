import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';
import { gmailScope } from '../mails.ts';

export const searchMessages = defineAction({
  provider: 'google_workspace',
  name: 'search_messages',
  label: 'Search mails',
  description: 'Finds mails by a search as one types it in Gmail.',
  input: z.strictObject({
    query: line('The search, such as from:ada@example.com newer_than:7d.', 1000),
    limit: z.number().int().min(1).max(500).optional().describe('Most mails. Default: 100.'),
  }),
  output: z.object({
    messages: z.array(z.object({ id: z.string(), thread_id: z.string().optional() })),
    estimate: z.number().optional(),
  }),
  scopes: [gmailScope('readonly')],
  repeat: 'read',
  example: { query: 'from:ada@example.com', limit: 10 },
  *perform({ query, limit = 100 }) {
    const answer = yield {
      host: 'gmail',
      method: 'GET',
      path: '/gmail/v1/users/me/messages',
      query: { q: query, maxResults: limit },
    };
    const { messages, resultSizeEstimate } = objectOf(answer.body);
    return given({
      messages: listOf(messages)
        .map(objectOf)
        .map(({ id, threadId }) => given({ id: textOf(id), thread_id: textOf(threadId) })),
      estimate: amountOf(resultSizeEstimate),
    });
  },
});
