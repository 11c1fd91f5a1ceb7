import { z } from 'zod';
import { boughtPlans } from '../plans/read-plans.ts';

const plan = z.enum(boughtPlans);

const inputs = {
  subscribe: z.object({ plan, quantity: z.number().nullable(), paymentMethod: z.string().nullable() }),
  cancel: z.object({ at: z.enum(['period_end', 'now']), reason: z.string().nullable() }),
  reactivate: z.object({}),
  checkout: z.object({ plan, successUrl: z.string(), cancelUrl: z.string() }),
  portal: z.object({ returnUrl: z.string() }),
};

/** A write to Stripe, by its kind. */
export type OperationKind = keyof typeof inputs;
export type InputOf<K extends OperationKind> = z.infer<(typeof inputs)[K]>;

/**
 * The result of an operation. `url` and `id` are set if the operation opened a session of Checkout or of the customer
 * portal.
 */
const result = z.object({ isNew: z.boolean().optional(), url: z.string().optional(), id: z.string().optional() });
export type OperationResult = z.infer<typeof result>;

export function isOperationKind(kind: string): kind is OperationKind {
  return Object.hasOwn(inputs, kind);
}

export function readInput<K extends OperationKind>(kind: K, text: string): InputOf<K> {
  return inputs[kind].parse(JSON.parse(text)) as InputOf<K>; // the schema is that of `kind`
}

export function readResult(text: string | null): OperationResult {
  return result.parse(JSON.parse(text ?? '{}'));
}
