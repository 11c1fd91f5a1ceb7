import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { line, longText, mailAddress } from '../../requests/fields.ts';
import { isForgotten } from '../../requests/remembered.ts';
import { agentUrl, customFields, customFieldsOf, id, priority, status, tags, type } from '../tickets.ts';

/** Hours for which Zendesk certainly remembers keys. It keeps them for two hours. */
const keptHours = 1.75;

export const createTicket = defineAction({
  provider: 'zendesk',
  name: 'create_ticket',
  label: 'Create ticket',
  description: 'Makes a ticket.',
  input: z.strictObject({
    subject: line('Subject.'),
    description: longText('First comment of the ticket.'),
    requester_email: mailAddress(
      'Who asks; made as a user if there is none. The agent of the connection unless given.',
    ).optional(),
    requester_name: line('Name of who asks; the part of the address before @ unless given.').optional(),
    priority: priority.optional(),
    type: type.optional(),
    status: status.optional(),
    tags: tags.optional().describe('Tags.'),
    group_id: id('Group that it is for.').optional(),
    assignee_email: mailAddress('Agent that it is for.').optional(),
    external_id: line(
      'Id in a system of yours; the key of the step unless given, by which a repeat finds the ticket.',
    ).optional(),
    custom_fields: customFields.optional(),
    html: z.boolean().optional().describe('Whether the description is HTML.'),
    internal: z.boolean().optional().describe('Whether the description is for agents only.'),
  }),
  output: z.object({ ticket_id: z.number(), url: z.string().optional(), status: z.string().optional() }),
  scopes: ['tickets:write', 'tickets:read'],
  repeat: 'key',
  example: {
    subject: 'Help needed for ada@example.com',
    description: 'Cannot sign in since this morning.',
    requester_email: 'ada@example.com',
    priority: 'high',
    tags: ['drip'],
  },
  *perform(input, place) {
    const externalId = input.external_id ?? place.key;
    if (isForgotten(place, keptHours)) {
      const found = yield {
        host: 'account',
        method: 'GET',
        path: '/api/v2/tickets',
        query: { external_id: externalId },
      };
      const made = listOf(objectOf(found.body)['tickets'])
        .map(objectOf)
        .find(({ created_at: at }) => Date.parse(textOf(at) ?? '') >= place.plannedAt.getTime() - 60_000);
      if (made !== undefined) return ticketOf(made);
    }
    const { requester_email: email, requester_name: name } = input;
    const { body } = yield {
      host: 'account',
      method: 'POST',
      path: '/api/v2/tickets',
      headers: { 'idempotency-key': place.key },
      body: {
        json: {
          ticket: given({
            subject: input.subject,
            comment: given({
              [input.html ? 'html_body' : 'body']: input.description,
              public: input.internal === undefined ? undefined : !input.internal,
            }),
            // Zendesk needs a name if the requester is new to it.
            requester: email === undefined ? undefined : { email, name: name ?? email.slice(0, email.indexOf('@')) },
            priority: input.priority,
            type: input.type,
            status: input.status,
            tags: input.tags,
            group_id: input.group_id,
            assignee_email: input.assignee_email,
            external_id: externalId,
            custom_fields: customFieldsOf(input.custom_fields),
          }),
        },
      },
    };
    return ticketOf(objectOf(objectOf(body)['ticket']));
  },
});

function ticketOf({ id: ticketId, url, status: state }: ReturnType<typeof objectOf>) {
  return given({ ticket_id: ticketId, url: agentUrl(textOf(url)), status: textOf(state) });
}
