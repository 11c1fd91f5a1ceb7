import type { JsonObject } from '@drippulse/json';
import type { ActionPlace } from '../actions.ts';
import { given } from '../answers/reading.ts';
import type { RequestBody } from '../calls.ts';
import { digestOf, messageIdOf } from '../requests/effect-keys.ts';
import { composeMime } from '../requests/mime.ts';
import { itemBody, mailbox } from './graph.ts';

type Mail = {
  to: string;
  toName?: string | undefined;
  cc?: readonly string[] | undefined;
  from?: string | undefined;
  fromName?: string | undefined;
  replyTo?: string | undefined;
  subject: string;
  html?: string | undefined;
  text?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  messageId?: string | undefined;
  savesToSent: boolean;
};

/** Whether a mail fits into Graph's JSON: one body, and at most five headers whose names begin with x-. */
function fitsJson({ headers = {}, messageId, html, text }: Mail): boolean {
  const names = Object.keys(headers);
  const isPlain = names.length <= 5 && names.every((name) => name.toLowerCase().startsWith('x-'));
  return isPlain && messageId === undefined && (html === undefined || text === undefined);
}

/**
 * Returns the body of `sendMail`: JSON if Graph's JSON can express the mail, else the MIME mail in base64, for example
 * because the mail has the headers for one-click unsubscribing. A mail in base64 is always kept in Sent Items.
 */
export function sendMailBody(mail: Mail, place: ActionPlace): RequestBody {
  if (fitsJson(mail))
    return { json: given({ message: messageOf(mail), saveToSentItems: mail.savesToSent ? undefined : false }) };
  const mime = composeMime({
    ...mail,
    to: { address: mail.to, name: mail.toName },
    cc: mail.cc?.map((address) => ({ address })),
    from: mail.from === undefined ? undefined : { address: mail.from, name: mail.fromName },
    messageId: mail.messageId ?? messageIdOf(place.key, mail.from),
    date: place.plannedAt,
    boundary: `dp-${digestOf(place.key).slice(0, 32)}`,
  });
  return { text: Buffer.from(mime, 'utf8').toString('base64'), type: 'text/plain' };
}

function messageOf({ to, toName, cc, from, fromName, replyTo, subject, html, text, headers }: Mail): JsonObject {
  const names = Object.entries(headers ?? {});
  return given({
    toRecipients: [mailbox(to, toName)],
    ccRecipients: cc?.map((address) => mailbox(address)),
    from: from === undefined ? undefined : mailbox(from, fromName),
    replyTo: replyTo === undefined ? undefined : [mailbox(replyTo)],
    subject,
    body: html === undefined ? itemBody(text, 'text') : itemBody(html, 'html'),
    internetMessageHeaders: names.length === 0 ? undefined : names.map(([name, value]) => ({ name, value })),
  });
}
