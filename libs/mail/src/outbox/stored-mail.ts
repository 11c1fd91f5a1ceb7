import type { SealedColumn } from '@drippulse/db';
import { z } from 'zod';
import type { Mail } from '../transport/mailer.ts';
import { hashOfKey, messageIdOf } from '../transport/message-id.ts';

/** Seals and opens the mails that wait. */
export const sealedMails: SealedColumn = {
  table: 'mails',
  row: ['id'],
  needs: ['organization_id', 'key'],
  column: 'sealed_mail',
  context: ({ organization_id, key }) => mailContext(String(organization_id), String(key)),
};

export function mailContext(organizationId: bigint | string, key: string): string {
  return `mails ${organizationId} ${key}`;
}

/** The kind of the jobs that send mails. */
export const mailJobs = 'mail';

const storedMailSchema = z.object({
  message_id: z.string(),
  from: z.object({ name: z.string(), address: z.string() }),
  to: z.object({ name: z.string(), address: z.string() }),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  date: z.string(),
  boundary: z.string(),
  attachment: z.object({ ref: z.string(), filename: z.string(), content_type: z.string() }).optional(),
});

/** A file of a mail. The service keeps its bytes until the mail is sent, and finds them by `ref`. */
export type AttachedFile = { ref: string; filename: string; contentType: string };

/**
 * Packs a mail as JSON text. The text has everything on which the mail's bytes depend, so that every attempt sends
 * equal bytes.
 */
export function packMail(
  key: string,
  mail: Pick<Mail, 'from' | 'to' | 'subject' | 'text'> & {
    html: string;
    date: Date;
    attachment?: AttachedFile | undefined;
  },
): string {
  const stored: z.infer<typeof storedMailSchema> = {
    message_id: messageIdOf(key, mail.from.address),
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    date: mail.date.toISOString(),
    boundary: hashOfKey(key),
    ...(mail.attachment && {
      attachment: {
        ref: mail.attachment.ref,
        filename: mail.attachment.filename,
        content_type: mail.attachment.contentType,
      },
    }),
  };
  return JSON.stringify(stored);
}

/** Returns the file that a stored mail names. */
export function attachedFile(json: string): AttachedFile | undefined {
  const { attachment } = storedMailSchema.parse(JSON.parse(json));
  return attachment && { ref: attachment.ref, filename: attachment.filename, contentType: attachment.content_type };
}

export function readMail(json: string): Mail {
  const {
    message_id: messageId,
    from,
    to,
    subject,
    text,
    html,
    date,
    boundary,
  } = storedMailSchema.parse(JSON.parse(json));
  return {
    messageId,
    from,
    to,
    envelope: { from: from.address, to: to.address },
    subject,
    text,
    html,
    date: new Date(date),
    // This header keeps automatic responders silent (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    baseBoundary: boundary,
  };
}
