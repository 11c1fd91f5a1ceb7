import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { get, idOf } from '../requests.ts';

const statuses = [
  'active',
  'all',
  'canceled',
  'ended',
  'incomplete',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const;

export const listSubscriptions = defineAction({
  provider: 'stripe',
  name: 'list_subscriptions',
  label: 'List subscriptions',
  description: 'Lists subscriptions, the newest first.',
  input: z.strictObject({
    customer_id: idOf('cus', 'Customer whose they are.').optional(),
    status: z.enum(statuses).optional().describe('Status; all but canceled ones unless given.'),
    limit: z.int().min(1).max(100).default(10).describe('Most subscriptions.'),
  }),
  output: z.object({ subscriptions: z.array(z.record(z.string(), z.unknown())) }),
  scopes: [],
  repeat: 'read',
  example: { customer_id: 'cus_Nff7xUuG9a2b3c', status: 'active' },
  *perform({ customer_id, status, limit }) {
    const { body } = yield get('/v1/subscriptions', { customer: customer_id, status, limit });
    return { subscriptions: listOf(objectOf(body)['data']).map(objectOf) };
  },
});
