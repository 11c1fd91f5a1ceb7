import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { mailAddress } from '../../requests/fields.ts';
import { suppress, suppressedOutput } from '../suppressions.ts';

export const addGlobalSuppression = defineAction({
  provider: 'sendgrid',
  name: 'add_global_suppression',
  label: 'Suppress an address',
  description: 'Keeps SendGrid from sending anything to a mail address.',
  input: z.strictObject({ email: mailAddress('The mail address.') }),
  output: suppressedOutput,
  scopes: ['asm.suppressions.global.create'],
  repeat: 'same',
  example: { email: 'ada@example.com' },
  *perform({ email }) {
    yield suppress('/v3/asm/suppressions/global', email);
    return { email };
  },
});
