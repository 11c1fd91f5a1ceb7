import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { refuse } from '../../answers/refuse.ts';
import { mailAddress } from '../../requests/fields.ts';
import { bodyFields, bodyOf, mailFields } from '../../requests/mail-fields.ts';
import { graph } from '../graph.ts';
import { sendMailBody } from '../mails.ts';

/** Sends a mail. Graph returns 202 without an id, so the mail cannot be found if the response is lost. */
export const sendEmail = defineAction({
  provider: 'microsoft365',
  name: 'send_email',
  label: 'Send a mail',
  description: 'Sends a mail from the mailbox of the account.',
  input: z.strictObject({
    ...mailFields,
    ...bodyFields,
    cc: z.array(mailAddress('A mail address.')).max(100).optional().describe('Further visible recipients.'),
    save_to_sent: z.boolean().optional().describe('Whether it is kept in Sent Items. Default: true.'),
  }),
  output: z.object({}),
  scopes: ['Mail.Send'],
  repeat: 'none',
  reaches: 'people',
  example: {
    to: 'ada@example.com',
    to_name: 'Ada Lovelace',
    subject: 'Welcome',
    body: '<p>Hello Ada</p>',
    cc: ['grace@example.com'],
    from: 'hello@example.com',
    from_name: 'Example',
    reply_to: 'help@example.com',
    headers: { 'X-Campaign': 'welcome' },
    save_to_sent: false,
  },
  *perform(input, place) {
    const body = bodyOf(input);
    if (body.html === undefined && body.text === undefined)
      refuse('body_missing', 'The mail has no body', { field: 'body' });
    const { to, to_name, cc, from, from_name, reply_to, subject, headers, message_id, save_to_sent = true } = input;
    yield graph({
      method: 'POST',
      path: '/v1.0/me/sendMail',
      headers: {},
      body: sendMailBody(
        {
          ...body,
          to,
          toName: to_name,
          cc,
          from,
          fromName: from_name,
          replyTo: reply_to,
          subject,
          headers,
          messageId: message_id,
          savesToSent: save_to_sent,
        },
        place,
      ),
    });
    return {};
  },
});
