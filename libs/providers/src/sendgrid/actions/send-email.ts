import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { line, mailAddress, time } from '../../requests/fields.ts';
import { mailFields } from '../../requests/mail-fields.ts';

const addresses = (help: string) => z.array(mailAddress('A mail address.')).max(100).optional().describe(help);
const toMailboxes = (list: readonly string[] | undefined) => list?.map((email) => ({ email }));

/** Sends a mail. The response has the mail's id in a header, and the ids in SendGrid's events begin with that id. */
export const sendEmail = defineAction({
  provider: 'sendgrid',
  name: 'send_email',
  label: 'Send a mail',
  description: 'Sends a mail by SendGrid.',
  input: z.strictObject({
    ...mailFields,
    subject: mailFields.subject.optional().describe('The subject; a template has its own.'),
    cc: addresses('Further visible recipients.'),
    bcc: addresses('Further hidden recipients.'),
    template_id: line('Id of a dynamic template, instead of html and text.', 64).optional(),
    template_data: z.record(z.string(), z.json()).optional().describe('The data of the template.'),
    categories: z.array(line('A category.', 255)).max(10).optional().describe('Categories in SendGrid’s statistics.'),
    unsubscribe_group_id: z.number().int().min(1).optional().describe('Id of the unsubscribe group.'),
    send_at: time('When it is sent, at most 72 hours ahead.').optional(),
    track_opens: z.boolean().optional().describe('Whether SendGrid counts opens. Default: as the account is set.'),
    track_clicks: z.boolean().optional().describe('Whether SendGrid counts clicks. Default: as the account is set.'),
  }),
  output: z.object({ message_id: z.string().optional() }),
  scopes: ['mail.send'],
  repeat: 'none',
  reaches: 'people',
  example: {
    to: 'ada@example.com',
    to_name: 'Ada Lovelace',
    subject: 'Welcome',
    html: '<p>Hello Ada</p>',
    text: 'Hello Ada',
    from: 'hello@example.com',
    from_name: 'Example',
    reply_to: 'help@example.com',
    categories: ['welcome'],
    headers: { 'List-Unsubscribe': '<https://example.com/u/1>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    track_opens: false,
    track_clicks: false,
    send_at: '2026-12-01T09:00:00Z',
    unsubscribe_group_id: 42,
    cc: ['grace@example.com'],
    bcc: ['archive@example.com'],
    template_id: 'd-12345678901234567890123456789012',
    template_data: { first_name: 'Ada' },
  },
  *perform(input, place) {
    const from = input.from ?? place.settings['default_from_email'];
    if (from === undefined)
      refuse('sender_missing', 'Neither the step nor the connection names a sender', { field: 'from' });
    const { html, text, headers, message_id, track_opens, track_clicks, send_at, unsubscribe_group_id } = input;
    const isUnsubscribable = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'list-unsubscribe');
    const answer = yield {
      host: 'api',
      method: 'POST',
      path: '/v3/mail/send',
      body: {
        json: given({
          personalizations: [
            given({
              to: [given({ email: input.to, name: input.to_name })],
              cc: toMailboxes(input.cc),
              bcc: toMailboxes(input.bcc),
              dynamic_template_data: input.template_data,
              // SendGrid repeats these arguments in every event of the mail, so that an event can resolve an unknown
              // outcome.
              custom_args: given({ drippulse_key: place.key, drippulse_message_id: message_id }),
            }),
          ],
          from: given({ email: from, name: input.from_name }),
          reply_to: input.reply_to === undefined ? undefined : { email: input.reply_to },
          subject: input.subject,
          content: contentOf(text, html),
          template_id: input.template_id,
          headers,
          categories: input.categories,
          asm: unsubscribe_group_id === undefined ? undefined : { group_id: unsubscribe_group_id },
          send_at: send_at === undefined ? undefined : Math.floor(Date.parse(send_at) / 1000),
          tracking_settings: given({
            open_tracking: track_opens === undefined ? undefined : { enable: track_opens },
            click_tracking:
              track_clicks === undefined ? undefined : { enable: track_clicks, enable_text: track_clicks },
            // Without this setting, SendGrid would add its own footer and header to those of the platform.
            subscription_tracking: isUnsubscribable ? { enable: false } : undefined,
          }),
        }),
      },
    };
    return given({ message_id: answer.headers['x-message-id'] });
  },
});

/** Returns the contents with plain text first. SendGrid refuses a mail in which another content comes first. */
function contentOf(text: string | undefined, html: string | undefined) {
  const parts = [
    ...(text === undefined ? [] : [{ type: 'text/plain', value: text }]),
    ...(html === undefined ? [] : [{ type: 'text/html', value: html }]),
  ];
  return parts.length === 0 ? undefined : parts;
}
