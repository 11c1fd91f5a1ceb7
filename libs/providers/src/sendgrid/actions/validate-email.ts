import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, given, objectOf, textOf } from '../../answers/reading.ts';
import { line, mailAddress } from '../../requests/fields.ts';

export const validateEmail = defineAction({
  provider: 'sendgrid',
  name: 'validate_email',
  label: 'Check a mail address',
  description:
    'Says whether a mail address can probably receive mail. Each call costs money, and needs a key of its own.',
  input: z.strictObject({
    email: mailAddress('The mail address.'),
    source: line('Where the address is from, for SendGrid’s statistics.', 100).optional(),
  }),
  output: z.object({ verdict: z.string(), score: z.number().optional(), suggestion: z.string().optional() }),
  scopes: ['validations.email.create'],
  repeat: 'read',
  example: { email: 'ada@example.com', source: 'signup' },
  *perform({ email, source }) {
    const json = given({ email, source });
    const answer = yield {
      host: 'api',
      method: 'POST',
      path: '/v3/validations/email',
      body: { json },
      isRepeatable: true,
    };
    const { verdict, score, suggestion } = objectOf(objectOf(answer.body)['result']);
    return given({ verdict: textOf(verdict), score: amountOf(score), suggestion: textOf(suggestion) });
  },
});
