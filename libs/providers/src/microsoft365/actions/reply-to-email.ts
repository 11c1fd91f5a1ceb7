import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { line, longText } from '../../requests/fields.ts';
import { graph } from '../graph.ts';

export const replyToEmail = defineAction({
  provider: 'microsoft365',
  name: 'reply_to_email',
  label: 'Reply to a mail',
  description: 'Answers the sender of a mail in the mailbox.',
  input: z.strictObject({
    message_id: line('Graph’s id of the mail.', 500),
    comment: longText('The text of the answer.'),
  }),
  output: z.object({}),
  scopes: ['Mail.ReadWrite', 'Mail.Send'],
  repeat: 'none',
  reaches: 'people',
  writing: { isAnswer: true },
  example: { message_id: 'AAMkAGI1', comment: 'Thank you, we call you tomorrow.' },
  *perform({ message_id, comment }) {
    yield graph({ method: 'POST', path: pathOf`/v1.0/me/messages/${message_id}/reply`, body: { json: { comment } } });
    return {};
  },
});
