// For services that send mails.

export { type Address, createMailer, type Mail, type Mailer, MailFailure, mailTimeoutMs } from './transport/mailer.ts';
export { hashOfKey, messageIdOf } from './transport/message-id.ts';

// For services: the platform's own mails to its users.

export type { Notice } from './notices/notice.ts';
export { addNotices, addSecretNotices, type OutgoingNotice } from './outbox/add-notices.ts';
export { type MailOutcome, startMailLoop } from './outbox/send-loop.ts';
export { sealedMails } from './outbox/stored-mail.ts';
export { allowSealedMails, createMailsTable } from './outbox/table.ts';
export { findRecipients, type Recipient } from './recipients/find-recipients.ts';
