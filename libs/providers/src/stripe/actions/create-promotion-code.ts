import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { time } from '../../requests/fields.ts';
import { findMade, marked, since } from '../made.ts';
import { anyId, idOf, post } from '../requests.ts';

export const createPromotionCode = defineAction({
  provider: 'stripe',
  name: 'create_promotion_code',
  label: 'Create promotion code',
  description: 'Makes a code by which a person gets the discount of a coupon.',
  input: z.strictObject({
    coupon_id: anyId('Coupon that it stands for.'),
    code: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,100}$/)
      .optional()
      .describe('The code; Stripe makes one unless given.'),
    customer_id: idOf('cus', 'The only customer who may use it.').optional(),
    max_redemptions: z.int().min(1).optional().describe('How often it may be used.'),
    expires_at: time('When it ends.').optional(),
  }),
  output: z.object({ promotion_code_id: z.string(), code: z.string() }),
  scopes: [],
  repeat: 'key',
  example: { coupon_id: 'welcome-10', customer_id: 'cus_Nff7xUuG9a2b3c', max_redemptions: 1 },
  *perform({ coupon_id, code, customer_id, max_redemptions, expires_at }, place) {
    const parameters = {
      promotion: { type: 'coupon', coupon: coupon_id },
      code,
      customer: customer_id,
      max_redemptions,
      expires_at: expires_at === undefined ? undefined : Math.floor(Date.parse(expires_at) / 1000),
      metadata: marked(undefined, place),
    };
    const query = { coupon: coupon_id, code, ...since(place) };
    const found = yield* findMade('/v1/promotion_codes', query, place);
    const made = found ?? objectOf((yield post('/v1/promotion_codes', parameters, place)).body);
    return given({ promotion_code_id: textOf(made['id']), code: textOf(made['code']) });
  },
});
