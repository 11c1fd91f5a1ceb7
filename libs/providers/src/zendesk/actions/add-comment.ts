import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { longText } from '../../requests/fields.ts';
import { id, putTicket, status, ticketOutput } from '../tickets.ts';

export const addComment = defineAction({
  provider: 'zendesk',
  name: 'add_comment',
  label: 'Add comment',
  description: 'Writes a comment on a ticket; a public one is mailed to the requester.',
  input: z.strictObject({
    ticket_id: id('Ticket.'),
    body: longText('Text.'),
    public: z.boolean().default(false).describe('Whether the requester sees it; agents only unless given.'),
    author_id: id('User who writes it; the agent of the connection unless given.').optional(),
    status: status.optional(),
  }),
  output: ticketOutput,
  scopes: ['tickets:write'],
  repeat: 'none',
  reaches: 'people',
  writing: { when: ({ public: isPublic }) => isPublic === true, isAnswer: true },
  example: { ticket_id: 35436, body: 'The lead has been qualified.', public: false },
  *perform({ ticket_id, body: text, public: isPublic, author_id, status: state }) {
    const comment = given({ body: text, public: isPublic, author_id });
    const { body } = yield putTicket(ticket_id, given({ comment, status: state }));
    return given({ ticket_id, status: textOf(objectOf(objectOf(body)['ticket'])['status']) });
  },
});
