import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { bodyFields, bodyOf, mailFields } from '../../requests/mail-fields.ts';
import { graph, itemBody, mailbox } from '../graph.ts';

export const createDraft = defineAction({
  provider: 'microsoft365',
  name: 'create_draft',
  label: 'Create a draft',
  description: 'Writes a draft in the mailbox, for a person to send.',
  input: z.strictObject({
    to: mailFields.to.optional(),
    subject: mailFields.subject,
    body: bodyFields.body.unwrap().describe('The body, as HTML or plain text.'),
    body_type: bodyFields.body_type,
  }),
  output: z.object({
    message_id: z.string(),
    internet_message_id: z.string().optional(),
    web_link: z.string().optional(),
  }),
  scopes: ['Mail.ReadWrite'],
  repeat: 'none',
  example: { to: 'ada@example.com', subject: 'Your question', body: 'Hello Ada', body_type: 'text' },
  *perform({ to, subject, ...input }) {
    const { html, text } = bodyOf(input);
    const json = given({
      toRecipients: to === undefined ? undefined : [mailbox(to)],
      subject,
      body: html === undefined ? itemBody(text, 'text') : itemBody(html, 'html'),
    });
    const answer = yield graph({ method: 'POST', path: '/v1.0/me/messages', body: { json } });
    const { id, internetMessageId, webLink } = objectOf(answer.body);
    return given({ message_id: textOf(id), internet_message_id: textOf(internetMessageId), web_link: textOf(webLink) });
  },
});
