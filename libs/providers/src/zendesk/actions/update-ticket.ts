import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { mailAddress } from '../../requests/fields.ts';
import { customFields, customFieldsOf, id, priority, putTicket, status, ticketOutput } from '../tickets.ts';

export const updateTicket = defineAction({
  provider: 'zendesk',
  name: 'update_ticket',
  label: 'Update ticket',
  description: 'Changes a ticket.',
  input: z.strictObject({
    ticket_id: id('Ticket to change.'),
    status: status.optional(),
    priority: priority.optional(),
    assignee_email: mailAddress('Agent that it is for.').optional(),
    group_id: id('Group that it is for.').optional(),
    custom_fields: customFields.optional(),
  }),
  output: ticketOutput,
  scopes: ['tickets:write'],
  repeat: 'same',
  example: { ticket_id: 35436, status: 'solved', priority: 'low' },
  *perform({ ticket_id, custom_fields, ...fields }) {
    const { body } = yield putTicket(ticket_id, given({ ...fields, custom_fields: customFieldsOf(custom_fields) }));
    return given({ ticket_id, status: textOf(objectOf(objectOf(body)['ticket'])['status']) });
  },
});
