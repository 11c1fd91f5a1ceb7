import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line } from '../../requests/fields.ts';
import { gmailScope } from '../mails.ts';

export const getMessage = defineAction({
  provider: 'google_workspace',
  name: 'get_message',
  label: 'Get a mail',
  description: 'Reads the headers and the beginning of a mail.',
  input: z.strictObject({ message_id: line('Gmail’s id of the mail.', 64) }),
  output: z.object({
    id: z.string(),
    thread_id: z.string().optional(),
    snippet: z.string().optional(),
    headers: z.array(z.object({ name: z.string(), value: z.string().optional() })),
  }),
  scopes: [gmailScope('readonly')],
  repeat: 'read',
  example: { message_id: '18c5e3a1b2c3d4e5' },
  *perform({ message_id }) {
    const path = pathOf`/gmail/v1/users/me/messages/${message_id}`;
    const answer = yield { host: 'gmail', method: 'GET', path, query: { format: 'metadata' } };
    const { id, threadId, snippet, payload } = objectOf(answer.body);
    const headers = listOf(objectOf(payload)['headers']).map(objectOf);
    return given({
      id: textOf(id),
      thread_id: textOf(threadId),
      snippet: textOf(snippet),
      headers: headers.map(({ name, value }) => given({ name: textOf(name), value: textOf(value) })),
    });
  },
});
