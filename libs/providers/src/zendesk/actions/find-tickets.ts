import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, listOf, objectOf } from '../../answers/reading.ts';
import { day, line, mailAddress } from '../../requests/fields.ts';
import { searchQuery } from '../search-query.ts';
import { status } from '../tickets.ts';

export const findTickets = defineAction({
  provider: 'zendesk',
  name: 'find_tickets',
  label: 'Find tickets',
  description: 'Finds tickets; what was written in the last minutes may be missing.',
  input: z.strictObject({
    query: line('Words that stand in the ticket, in this order.').optional(),
    requester_email: mailAddress('Who asked.').optional(),
    status: status.optional(),
    tag: line('A tag that it has.', 100).optional(),
    external_id: line('Its id in a system of yours.').optional(),
    created_since: day('Day since which it was made.').optional(),
    sort_by: z
      .enum(['updated_at', 'created_at', 'priority', 'status', 'ticket_type'])
      .optional()
      .describe('Order; by relevance unless given.'),
  }),
  output: z.object({ results: z.array(z.record(z.string(), z.unknown())), count: z.number() }),
  scopes: ['tickets:read'],
  repeat: 'read',
  example: { query: 'sign in', requester_email: 'ada@example.com', status: 'open' },
  *perform(input) {
    const conditions = {
      requester: input.requester_email,
      status: input.status,
      tags: input.tag,
      external_id: input.external_id,
    };
    const since = input.created_since === undefined ? '' : ` created>=${input.created_since}`;
    const query = `type:ticket${since} ${searchQuery(conditions, input.query)}`.trim();
    const { body } = yield {
      host: 'account',
      method: 'GET',
      path: '/api/v2/search',
      query: { query, sort_by: input.sort_by },
    };
    const { results, count } = objectOf(body);
    return { results: listOf(results).map(objectOf), count: amountOf(count) ?? 0 };
  },
});
