import { type Address, hashOfKey, type Mail, messageIdOf } from '@drippulse/mail';
import { compile } from 'html-to-text';
import addressparser from 'nodemailer/lib/addressparser';
import { chooseFrom, type Permit } from '../../messaging/index.ts';
import { dressMail } from '../../tracking/index.ts';
import type { EffectCall, EffectContext } from '../effect-call.ts';
import { addFooter, type Body } from './footer.ts';

const addressPattern = /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/;

type Mailing = Pick<EffectCall, 'key' | 'organizationId' | 'mode' | 'request'>;

/** The parts of a mail that do not depend on its sender, or the reason why there is no mail. */
export type MailParts = {
  to: Address;
  /** The `From` and `Reply-To` that the step asks for. */
  step: Address | undefined;
  replyTo: Address | undefined;
  subject: string;
  html: string | undefined;
  text: string;
  headers: Record<string, string>;
};

/** Adds the footer, tracking and unsubscribe headers that the mail's class demands. A retry produces the same bytes. */
export function composeParts(
  ctx: EffectContext,
  { key, organizationId, mode, request }: Mailing,
  permit: Permit,
): MailParts | { problem: string } {
  const to = readAddress(request['to']);
  const step = request['from'] ? readAddress(request['from']) : undefined;
  const replyTo = request['reply_to'] ? readAddress(request['reply_to']) : undefined;
  if (to === null) return { problem: 'to is not an email address' };
  if (step === null) return { problem: 'from is not an email address' };
  if (replyTo === null) return { problem: 'reply_to is not an email address' };
  const marketing = permit.class === 'marketing';
  const body = bodyOf(request);
  const { html, text, listUnsubscribe } = dressMail(ctx, {
    organizationId,
    deliveryKey: key,
    mode,
    ...(marketing ? addFooter(body, permit.sender.settings.postalAddress) : body),
    trackOpens: request['track_opens'] === true,
    trackClicks: request['track_clicks'] === true,
    marketing,
  });
  return {
    to,
    step,
    replyTo,
    subject: oneLine(request['subject']),
    html,
    text,
    headers: headersOf(listUnsubscribe?.url),
  };
}

/**
 * Composes the mail that a rendered request asks for, with a warning for its timeline, or returns the reason why there
 * is no mail.
 */
export function composeMail(
  ctx: EffectContext,
  mailing: Mailing,
  { permit, mailFrom }: { permit: Permit; mailFrom: string },
): { mail: Mail; warning: string | undefined } | { problem: string } {
  const own = readAddress(mailFrom);
  if (own === null) return { problem: 'MAIL_FROM is not an email address' };
  const parts = composeParts(ctx, mailing, permit);
  if ('problem' in parts) return parts;
  const { to, step, subject, html, text, headers } = parts;
  const { from, replyTo, dkim, warning } = chooseFrom(permit.sender, { step, replyTo: parts.replyTo, own });
  const mail: Mail = {
    messageId: messageIdOf(mailing.key, mailFrom),
    date: permit.placedAt,
    from,
    to,
    ...(replyTo && { replyTo }),
    ...(dkim && { dkim }),
    // The envelope sender is the platform's address, so bounces reach the platform even if the step names another
    // sender.
    envelope: { from: own.address, to: to.address },
    subject,
    ...(html !== undefined && { html }),
    text,
    headers,
    // The boundary is the same on every attempt, so that a retry produces the same bytes. The hash includes the bodies,
    // so that no body can contain the boundary.
    baseBoundary: hashOfKey([mailing.key, html, text].join('\n')),
  };
  return { mail, warning };
}

/**
 * Builds the headers of a mail. The two headers of a one-click unsubscribe belong together (RFC 8058). `Auto-Submitted`
 * keeps automatic responders silent (RFC 3834).
 */
function headersOf(unsubscribeUrl: string | undefined): Record<string, string> {
  const headers = { 'Auto-Submitted': 'auto-generated' };
  if (unsubscribeUrl === undefined) return headers;
  const oneClick = { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
  return { ...headers, ...oneClick };
}

/** Compiled once: compiling its options takes several times as long as converting a mail. */
const textOf = compile({ wordwrap: 78 });

/** Returns the body that a step rendered. If the step rendered HTML, the text part is made from the HTML. */
export function bodyOf({ html, text }: EffectCall['request']): Body {
  if (typeof html === 'string') return { html, text: textOf(html) };
  return { html: undefined, text: typeof text === 'string' ? text : '' };
}

/**
 * Reads one mailbox, `a@b.c` or `Name <a@b.c>`. Returns null for any other value, such as a list, or a group with one
 * mailbox.
 */
function readAddress(value: unknown): Address | null {
  const [first, ...others] = addressparser(oneLine(value));
  if (first?.address === undefined || others.length > 0 || !addressPattern.test(first.address)) return null;
  return { name: first.name, address: first.address };
}

/** Returns the value as one line, because a header field is one line and a value must not add fields. */
function oneLine(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\p{Cc}+/gu, ' ').trim() : '';
}
