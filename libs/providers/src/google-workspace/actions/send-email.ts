import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { bodyFields, bodyOf, mailFields } from '../../requests/mail-fields.ts';
import { findSent, gmailScope, rawOf } from '../mails.ts';

export const sendEmail = defineAction({
  provider: 'google_workspace',
  name: 'send_email',
  label: 'Send a mail',
  description: 'Sends a mail by Gmail.',
  input: z.strictObject({
    ...mailFields,
    ...bodyFields,
    cc: z.array(mailAddress('A mail address.')).max(100).optional().describe('Further visible recipients.'),
    thread_id: line('Id of the Gmail thread that the mail belongs to.', 64).optional(),
    in_reply_to: line('Message-ID of the mail that this one answers.', 998).optional(),
  }),
  output: z.object({ message_id: z.string(), thread_id: z.string().optional() }),
  scopes: [gmailScope('send')],
  repeat: 'check',
  reaches: 'people',
  example: {
    to: 'ada@example.com',
    to_name: 'Ada Lovelace',
    subject: 'Welcome',
    html: '<p>Hello Ada</p>',
    text: 'Hello Ada',
    headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
    thread_id: '18c5e3a1b2c3d4e5',
  },
  *perform(input, place) {
    const { to, to_name, from, from_name, reply_to, cc, subject, headers, message_id, in_reply_to, thread_id } = input;
    const body = bodyOf(input);
    if (body.html === undefined && body.text === undefined)
      refuse('body_missing', 'The mail has no body', { field: 'body' });
    const { raw, messageId } = rawOf(
      {
        ...body,
        to,
        toName: to_name,
        from,
        fromName: from_name,
        cc: cc?.map((address) => ({ address })),
        replyTo: reply_to,
        subject,
        headers,
        messageId: message_id,
        inReplyTo: in_reply_to,
      },
      place,
    );
    const earlier = place.mayHaveHappened ? yield* findSent(messageId) : undefined;
    const sent =
      earlier ??
      objectOf(
        (yield {
          host: 'gmail',
          method: 'POST',
          path: '/gmail/v1/users/me/messages/send',
          body: { json: given({ raw, threadId: thread_id }) },
        }).body,
      );
    return given({ message_id: textOf(sent['id']), thread_id: textOf(sent['threadId']) });
  },
});
