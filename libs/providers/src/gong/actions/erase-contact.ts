import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf, textOf } from '../../answers/reading.ts';
import { mailAddress } from '../../requests/fields.ts';
import { requestId } from '../calls.ts';

export const eraseContact = defineAction({
  provider: 'gong',
  name: 'erase_contact',
  label: 'Erase contact',
  description: 'Has Gong erase all that it knows of a mail address. That takes a while and cannot be undone.',
  input: z.strictObject({ email: mailAddress('Mail address.') }),
  output: z.object({ request_id: requestId }),
  scopes: ['api:data-privacy:delete'],
  repeat: 'same',
  reaches: 'deletes',
  example: { email: 'ada@example.com' },
  *perform({ email }) {
    const path = '/v2/data-privacy/erase-data-for-email-address';
    const { body } = yield { host: 'api', method: 'POST', path, query: { emailAddress: email } };
    return { request_id: textOf(objectOf(body)['requestId']) ?? null };
  },
});
