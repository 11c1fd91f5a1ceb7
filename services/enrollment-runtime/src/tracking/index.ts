export { type DressedMail, dressMail, type UndressedMail } from './dress-mail.ts';
export { createLinkTokens, type Link, type LinkKind } from './link-tokens.ts';
export { createLinks, type Links } from './links.ts';
