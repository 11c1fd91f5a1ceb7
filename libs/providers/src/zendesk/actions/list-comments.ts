import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { id } from '../tickets.ts';

export const listComments = defineAction({
  provider: 'zendesk',
  name: 'list_comments',
  label: 'List comments',
  description: 'Lists the first hundred comments of a ticket, the oldest first.',
  input: z.strictObject({ ticket_id: id('Ticket.') }),
  output: z.object({ comments: z.array(z.record(z.string(), z.unknown())) }),
  scopes: ['tickets:read'],
  repeat: 'read',
  example: { ticket_id: 35436 },
  *perform({ ticket_id }) {
    const { body } = yield { host: 'account', method: 'GET', path: pathOf`/api/v2/tickets/${ticket_id}/comments` };
    return { comments: listOf(objectOf(body)['comments']).map(objectOf) };
  },
});
