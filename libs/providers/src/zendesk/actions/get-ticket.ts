import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { id, ticketOutput } from '../tickets.ts';

export const getTicket = defineAction({
  provider: 'zendesk',
  name: 'get_ticket',
  label: 'Get ticket',
  description: 'Reads a ticket.',
  input: z.strictObject({ ticket_id: id('Ticket.') }),
  output: ticketOutput.extend({ subject: z.string().optional(), requester_id: z.number().optional() }),
  scopes: ['tickets:read'],
  repeat: 'read',
  example: { ticket_id: 35436 },
  *perform({ ticket_id }) {
    const { body } = yield { host: 'account', method: 'GET', path: pathOf`/api/v2/tickets/${ticket_id}` };
    const { subject, status, requester_id } = objectOf(objectOf(body)['ticket']);
    return given({ ticket_id, subject: textOf(subject), status: textOf(status), requester_id });
  },
});
