import type { CodeRegistry } from './code.ts';
import { emailDomain } from './email-domain.ts';
import { normalizeContact } from './normalize-contact.ts';

/** The code that is part of every installation. */
export const builtInCode: CodeRegistry = new Map([
  ['email_domain', emailDomain],
  ['normalize_contact', normalizeContact],
]);
