import { z } from 'zod';
import { line, longText, mailAddress } from './fields.ts';

/**
 * Pattern of the headers that a mail may have in addition to those made from its fields: headers for unsubscribing (RFC
 * 2369, RFC 8058), for automatic mail (RFC 3834), and custom headers. Recipients, sender and subject are fields,
 * because permissions and rules check them.
 */
const headerName =
  /^(x-[a-z0-9-]{1,60}|list-unsubscribe|list-unsubscribe-post|list-id|auto-submitted|precedence|feedback-id)$/i;

/** Fields of a mail that all providers have in common. */
export const mailFields = {
  to: mailAddress('Mail address of the recipient. One mail has one recipient.'),
  to_name: line('Name of the recipient.').optional(),
  subject: line('The subject.', 998),
  html: longText('The body as HTML.').optional(),
  text: longText('The body as plain text; beside `html` it is the alternative to it.').optional(),
  from: mailAddress('Mail address of the sender. Default: that of the connection.').optional(),
  from_name: line('Name of the sender.').optional(),
  reply_to: mailAddress('Mail address for answers.').optional(),
  headers: z
    .record(
      z.string().regex(headerName, 'is not a header that a mail may be given'),
      z.string().regex(/^[^\r\n\0]{1,998}$/, 'is not a single line'),
    )
    .optional()
    .describe(
      'Further headers: List-Unsubscribe, List-Unsubscribe-Post, List-Id, Auto-Submitted, Precedence, Feedback-ID, X-….',
    ),
  message_id: z
    .string()
    .regex(/^<[^\s<>@]{1,200}@[^\s<>@]{1,200}>$/, 'is no Message-ID')
    .optional()
    .describe('Message-ID, such as <a@example.com>. Default: made from the step.'),
};

const body = longText('The body, as HTML or plain text.').optional();
const bodyType = z.enum(['html', 'text']).optional().describe('Default: HTML if the body has a tag.');

/** Fields of a body whose type may be detected from its content. */
export const bodyFields = { body, body_type: bodyType };

type Body = {
  html?: string | undefined;
  text?: string | undefined;
  body?: string | undefined;
  body_type?: 'html' | 'text' | undefined;
};

/** Returns the body as `html` or `text`, by its type. Both members are absent if no body was given. */
export function bodyOf({ html, text, body, body_type }: Body): { html?: string; text?: string } {
  const looks = body === undefined ? undefined : (body_type ?? (/<[a-z!/][^>]*>/i.test(body) ? 'html' : 'text'));
  const asHtml = html ?? (looks === 'html' ? body : undefined);
  const asText = text ?? (looks === 'text' ? body : undefined);
  return { ...(asHtml !== undefined && { html: asHtml }), ...(asText !== undefined && { text: asText }) };
}
