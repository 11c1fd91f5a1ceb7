import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { findMade, marked, since } from '../made.ts';
import { idOf, money, post } from '../requests.ts';

export const createRefund = defineAction({
  provider: 'stripe',
  name: 'create_refund',
  label: 'Create refund',
  description: 'Gives back a payment, whole or in part.',
  input: z.strictObject({
    payment_intent_id: idOf('pi', 'Payment; this or charge_id.').optional(),
    charge_id: idOf('(ch|py)', 'Charge; this or payment_intent_id.').optional(),
    amount: money('Amount; what is left of the payment unless given.').optional(),
    reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional().describe('Why.'),
  }),
  output: z.object({ refund_id: z.string(), status: z.string().optional(), amount: z.number().optional() }),
  scopes: [],
  repeat: 'key',
  reaches: 'money',
  example: { payment_intent_id: 'pi_1GszsK2eZvKYlo2CfhZyoZLp', amount: 1000, reason: 'requested_by_customer' },
  *perform({ payment_intent_id, charge_id, amount, reason }, place) {
    if ((payment_intent_id === undefined) === (charge_id === undefined))
      refuse('payment_or_charge', 'One of payment_intent_id and charge_id is needed, and not both.', {
        field: 'payment_intent_id',
      });
    const payment = { payment_intent: payment_intent_id, charge: charge_id };
    const parameters = { ...payment, amount, reason, metadata: marked(undefined, place) };
    const found = yield* findMade('/v1/refunds', { ...payment, ...since(place) }, place);
    const { id, status, amount: refunded } = found ?? objectOf((yield post('/v1/refunds', parameters, place)).body);
    return given({ refund_id: textOf(id), status: textOf(status), amount: refunded });
  },
});
