import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { findMade, marked } from '../made.ts';
import { anyId, metadata, post } from '../requests.ts';

export const createPaymentLink = defineAction({
  provider: 'stripe',
  name: 'create_payment_link',
  label: 'Create payment link',
  description: 'Makes an address at which anybody may buy, as often as they like.',
  input: z.strictObject({
    price_id: anyId('Price that is sold.'),
    quantity: z.int().min(1).default(1).describe('How many.'),
    metadata: metadata.optional(),
  }),
  output: z.object({ payment_link_id: z.string(), url: z.string() }),
  scopes: [],
  repeat: 'key',
  example: { price_id: 'price_1MoBy5LkdIwHu7ix', quantity: 1 },
  *perform({ price_id, quantity, metadata: own }, place) {
    const parameters = { line_items: [{ price: price_id, quantity }], metadata: marked(own, place) };
    const found = yield* findMade('/v1/payment_links', {}, place);
    const { id, url } = found ?? objectOf((yield post('/v1/payment_links', parameters, place)).body);
    return given({ payment_link_id: textOf(id), url: textOf(url) });
  },
});
