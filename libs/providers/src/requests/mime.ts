import MimeNode from 'nodemailer/lib/mime-node';

export type Mailbox = { address: string; name?: string | undefined };

/** A mail. Its members determine all its bytes, so that a repeat is identical. */
export type MailParts = {
  from?: Mailbox | undefined;
  to: Mailbox;
  cc?: readonly Mailbox[] | undefined;
  replyTo?: string | undefined;
  subject: string;
  html?: string | undefined;
  text?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Message-ID of the mail, with its angle brackets. */
  messageId: string;
  /** Message-ID of the mail to which this mail replies. */
  inReplyTo?: string | undefined;
  date: Date;
  /** Boundary of the parts, a string that no body contains. */
  boundary: string;
};

/**
 * Composes a mail according to RFC 5322. nodemailer's MIME node writes the headers without I/O, and prevents a
 * contact's value from adding a header. nodemailer's composer would stream the bodies, so this function writes them, in
 * base64 with lines of 76 characters.
 */
export function composeMime(mail: MailParts): string {
  const parts = [
    ...(mail.text === undefined ? [] : [{ type: 'text/plain; charset=utf-8', content: mail.text }]),
    ...(mail.html === undefined ? [] : [{ type: 'text/html; charset=utf-8', content: mail.html }]),
  ];
  const [only, ...more] = parts;
  const isSingle = only !== undefined && more.length === 0;
  const root = new MimeNode(isSingle ? only.type : `multipart/alternative; boundary="${mail.boundary}"`);
  root.setHeader(headersOf(mail));
  if (isSingle) return `${encodedPart(root, only.content)}\r\n`;
  const boundary = `--${mail.boundary}`;
  const bodies = parts.map(({ type, content }) => `${boundary}\r\n${encodedPart(root.createChild(type), content)}\r\n`);
  return `${root.buildHeaders()}\r\n\r\n${bodies.join('')}${boundary}--\r\n`;
}

function headersOf({ from, to, cc, replyTo, subject, headers, messageId, inReplyTo, date }: MailParts) {
  return {
    ...headers,
    ...(from && { From: mailboxOf(from) }),
    To: mailboxOf(to),
    ...(cc && cc.length > 0 && { Cc: cc.map(mailboxOf) }),
    ...(replyTo !== undefined && { 'Reply-To': { address: replyTo, name: '' } }),
    Subject: subject,
    'Message-ID': messageId,
    ...(inReplyTo !== undefined && { 'In-Reply-To': inReplyTo, References: inReplyTo }),
    Date: date.toUTCString().replace('GMT', '+0000'),
  };
}

function mailboxOf({ address, name = '' }: Mailbox) {
  return { address, name };
}

function encodedPart(node: MimeNode, content: string): string {
  node.setHeader('Content-Transfer-Encoding', 'base64');
  const lines =
    Buffer.from(content, 'utf8')
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  return `${node.buildHeaders()}\r\n\r\n${lines.join('\r\n')}`;
}
