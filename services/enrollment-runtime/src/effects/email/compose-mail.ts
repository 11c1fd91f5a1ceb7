import type { JsonObject } from '@drippulse/json';
import { convert } from 'html-to-text';
import addressparser from 'nodemailer/lib/addressparser';
import type { Address, Mail } from '../../adapters/mailer.ts';
import { hashOfKey, messageIdOf } from '../message-id.ts';

const addressPattern = /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/;

/** The mail that a rendered request asks for, or the reason why there is none. */
export function composeMail(key: string, request: JsonObject, mailFrom: string): { mail: Mail } | { problem: string } {
  const own = readAddress(mailFrom);
  const to = readAddress(request['to']);
  const from = request['from'] ? readAddress(request['from']) : own;
  const replyTo = request['reply_to'] ? readAddress(request['reply_to']) : undefined;
  if (own === null) return { problem: 'MAIL_FROM is not an email address' };
  if (to === null) return { problem: 'to is not an email address' };
  if (from === null) return { problem: 'from is not an email address' };
  if (replyTo === null) return { problem: 'reply_to is not an email address' };
  return {
    mail: {
      messageId: messageIdOf(key, mailFrom),
      from,
      to,
      ...(replyTo && { replyTo }),
      // Bounces go to the platform, also when the step names another sender.
      envelope: { from: own.address, to: to.address },
      subject: oneLine(request['subject']),
      ...bodyOf(request),
      // Automatic responders do not answer it (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      // Made from the key, so that a repeat has the same bytes.
      baseBoundary: hashOfKey(key),
    },
  };
}

function bodyOf({ html, text }: JsonObject): { html?: string; text: string } {
  if (typeof html === 'string') return { html, text: convert(html, { wordwrap: 78 }) };
  return { text: typeof text === 'string' ? text : '' };
}

/** Reads one mailbox, `a@b.c` or `Name <a@b.c>`. Null for anything else, including a list or group of one. */
function readAddress(value: unknown): Address | null {
  const [first, ...others] = addressparser(oneLine(value));
  if (first?.address === undefined || others.length > 0 || !addressPattern.test(first.address)) return null;
  return { name: first.name, address: first.address };
}

/** A header field is one line: a value must not add fields. */
function oneLine(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\p{Cc}+/gu, ' ').trim() : '';
}
