import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { idOf, metadata, post } from '../requests.ts';

export const updateCustomer = defineAction({
  provider: 'stripe',
  name: 'update_customer',
  label: 'Update customer',
  description: 'Changes a customer.',
  input: z.strictObject({
    customer_id: idOf('cus', 'Customer to change.'),
    email: mailAddress('Mail address; null clears.').nullable().optional(),
    name: line('Name; null clears.').nullable().optional(),
    phone: line('Telephone number; null clears.', 20).nullable().optional(),
    metadata: metadata.optional(),
  }),
  output: z.object({ customer_id: z.string() }),
  scopes: [],
  repeat: 'same',
  example: { customer_id: 'cus_Nff7xUuG9a2b3c', name: 'Ada King', phone: null },
  *perform({ customer_id, ...parameters }, place) {
    yield post(pathOf`/v1/customers/${customer_id}`, parameters, place);
    return { customer_id };
  },
});
