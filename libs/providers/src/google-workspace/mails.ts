import type { JsonObject } from '@drippulse/json';
import type { ActionPlace } from '../actions.ts';
import { listOf, objectOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import { ActionRefusal } from '../outcomes.ts';
import { digestOf, messageIdOf } from '../requests/effect-keys.ts';
import { composeMime, type MailParts } from '../requests/mime.ts';

export const gmailScope = (name: string) => `https://www.googleapis.com/auth/gmail.${name}`;

type Draft = Omit<MailParts, 'from' | 'to' | 'messageId' | 'date' | 'boundary'> & {
  to: string;
  toName?: string | undefined;
  from?: string | undefined;
  fromName?: string | undefined;
  messageId?: string | undefined;
};

/**
 * Returns the mail in Gmail's form, and the Message-ID by which a later attempt finds the mail. Without a `from`, Gmail
 * uses the account's own address.
 */
export function rawOf(mail: Draft, place: ActionPlace): { raw: string; messageId: string } {
  const from = mail.from ?? place.settings['sender_email'];
  const messageId = mail.messageId ?? messageIdOf(place.key, from);
  const mime = composeMime({
    ...mail,
    to: { address: mail.to, name: mail.toName },
    from: from === undefined ? undefined : { address: from, name: mail.fromName },
    messageId,
    date: place.plannedAt,
    boundary: `dp-${digestOf(place.key).slice(0, 32)}`,
  });
  return { raw: Buffer.from(mime, 'utf8').toString('base64url'), messageId };
}

/**
 * Finds the mail of an earlier attempt. The search needs the scope gmail.readonly, which a connection that only sends
 * mail lacks. Without this scope the outcome stays unknown, and a person must decide.
 */
export function* findSent(messageId: string): Generator<ProviderRequest, JsonObject | undefined, ProviderAnswer> {
  const answer = yield {
    host: 'gmail',
    method: 'GET',
    path: '/gmail/v1/users/me/messages',
    query: { q: `rfc822msgid:${messageId.replace(/^<|>$/g, '')}`, maxResults: 1 },
    isDone: ({ status }) => status === 403,
  };
  if (answer.status === 403)
    throw new ActionRefusal({
      class: 'permanent',
      problem: {
        code: 'outcome_unknown',
        message:
          'An earlier attempt may have sent the mail, and the connection lacks the scope gmail.readonly to look for it',
      },
    });
  const found = listOf(objectOf(answer.body)['messages'])[0];
  return found === undefined ? undefined : objectOf(found);
}
