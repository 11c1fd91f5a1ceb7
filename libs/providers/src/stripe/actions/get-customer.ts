import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { get, idOf } from '../requests.ts';

export const getCustomer = defineAction({
  provider: 'stripe',
  name: 'get_customer',
  label: 'Get customer',
  description: 'Reads a customer; one that was deleted says so.',
  input: z.strictObject({ customer_id: idOf('cus', 'Customer to read.') }),
  output: z.object({
    customer_id: z.string(),
    email: z.string().optional(),
    name: z.string().optional(),
    delinquent: z.boolean().optional(),
    deleted: z.boolean(),
  }),
  scopes: [],
  repeat: 'read',
  example: { customer_id: 'cus_Nff7xUuG9a2b3c' },
  *perform({ customer_id }) {
    const { body } = yield get(pathOf`/v1/customers/${customer_id}`);
    const { email, name, delinquent, deleted } = objectOf(body);
    return {
      ...given({ customer_id, email: textOf(email), name: textOf(name), delinquent: delinquent ?? undefined }),
      deleted: deleted === true,
    };
  },
});
