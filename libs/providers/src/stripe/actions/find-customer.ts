import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { mailAddress } from '../../requests/fields.ts';
import { get } from '../requests.ts';

export const findCustomer = defineAction({
  provider: 'stripe',
  name: 'find_customer',
  label: 'Find customer',
  description:
    'Finds customers by mail address, exactly as it is written there; the newest is customer_id, null without one.',
  input: z.strictObject({
    email: mailAddress('Mail address.'),
    limit: z.int().min(1).max(100).default(10).describe('Most customers.'),
  }),
  output: z.object({ customer_id: z.string().nullable(), customers: z.array(z.record(z.string(), z.unknown())) }),
  scopes: [],
  repeat: 'read',
  example: { email: 'ada@example.com' },
  *perform(query) {
    const { body } = yield get('/v1/customers', query);
    const customers = listOf(objectOf(body)['data']).map(objectOf);
    return { customer_id: textOf(customers[0]?.['id']) ?? null, customers };
  },
});
