import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { id, tags } from '../tickets.ts';

export const addTags = defineAction({
  provider: 'zendesk',
  name: 'add_tags',
  label: 'Add tags',
  description: 'Adds tags to a ticket; the others stay.',
  input: z.strictObject({ ticket_id: id('Ticket.'), tags: tags.min(1).describe('Tags to add.') }),
  output: z.object({ tags: z.array(z.unknown()) }),
  scopes: ['tickets:write'],
  repeat: 'same',
  example: { ticket_id: 35436, tags: ['qualified'] },
  *perform({ ticket_id, tags: added }) {
    const path = pathOf`/api/v2/tickets/${ticket_id}/tags`;
    const { body } = yield { host: 'account', method: 'PUT', path, body: { json: { tags: added } } };
    return { tags: listOf(objectOf(body)['tags']) };
  },
});
