import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { findMade, marked, since } from '../made.ts';
import { metadata, post } from '../requests.ts';

export const createCustomer = defineAction({
  provider: 'stripe',
  name: 'create_customer',
  label: 'Create customer',
  description: 'Makes a customer, whether or not there is one with the mail address: find_customer finds those.',
  input: z.strictObject({
    email: mailAddress('Mail address.'),
    name: line('Name.').optional(),
    phone: line('Telephone number.', 20).optional(),
    description: line('Description.', 350).optional(),
    metadata: metadata.optional(),
  }),
  output: z.object({ customer_id: z.string(), email: z.string().optional(), livemode: z.boolean().optional() }),
  scopes: [],
  repeat: 'key',
  example: { email: 'ada@example.com', name: 'Ada Lovelace', metadata: { crm_id: 'crm-1' } },
  *perform({ metadata: own, ...input }, place) {
    const found = yield* findMade('/v1/customers', { email: input.email, ...since(place) }, place);
    const customer =
      found ?? objectOf((yield post('/v1/customers', { ...input, metadata: marked(own, place) }, place)).body);
    const { id, email, livemode } = customer;
    return given({ customer_id: textOf(id), email: textOf(email), livemode });
  },
});
