import { emailKindOf } from '../scoring/free-mail.ts';
import type { BuiltInCode } from './code.ts';

/** Returns the domain of an email address, and whether the domain belongs to a company or to a free mail provider. */
export const emailDomain: BuiltInCode = {
  kind: 'built_in',
  inputSchema: JSON.stringify({
    type: 'object',
    properties: { email: { type: 'string', maxLength: 320 } },
    required: ['email'],
    additionalProperties: true,
  }),
  outputSchema: JSON.stringify({
    type: 'object',
    properties: { domain: { type: 'string', nullable: true }, kind: { enum: ['business', 'free', 'invalid'] } },
    required: ['domain', 'kind'],
    additionalProperties: false,
  }),
  run({ email }) {
    const address = typeof email === 'string' ? email.trim() : '';
    const kind = emailKindOf(address);
    if (kind === undefined) return { domain: null, kind: 'invalid' };
    return { domain: address.slice(address.lastIndexOf('@') + 1).toLowerCase(), kind };
  },
};
