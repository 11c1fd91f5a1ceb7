import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';
import { graph, itemsOf } from '../graph.ts';

export const searchMessages = defineAction({
  provider: 'microsoft365',
  name: 'search_messages',
  label: 'Search mails',
  description: 'Finds mails in the mailbox by words or by a filter.',
  input: z.strictObject({
    query: line('Words that the mail has. Graph takes either these or a filter.', 500).optional(),
    filter: line("OData filter, such as from/emailAddress/address eq 'ada@example.com'.", 1000).optional(),
    limit: z.number().int().min(1).max(250).optional().describe('Most mails. Default: 25.'),
  }),
  output: z.object({
    messages: z.array(
      z.object({
        id: z.string(),
        subject: z.string().optional(),
        from: z.string().optional(),
        received_at: z.string().optional(),
      }),
    ),
  }),
  scopes: ['Mail.Read'],
  repeat: 'read',
  example: { query: 'invoice', limit: 10 },
  *perform({ query, filter, limit = 25 }) {
    const search = query === undefined ? undefined : `"${query.replaceAll('"', ' ')}"`;
    const answer = yield graph({
      method: 'GET',
      path: '/v1.0/me/messages',
      query: { $search: search, $filter: filter, $top: limit, $select: 'id,subject,from,receivedDateTime' },
    });
    return {
      messages: itemsOf(answer.body).map(({ id, subject, from, receivedDateTime }) =>
        given({
          id: textOf(id),
          subject: textOf(subject),
          from: textOf(objectOf(objectOf(from)['emailAddress'])['address']),
          received_at: textOf(receivedDateTime),
        }),
      ),
    };
  },
});
