import { z } from 'zod';

/** Stripe's states of a subscription in the form that the API shows. `incomplete_expired` counts as `canceled`. */
export const statuses = [
  ...(['none', 'active', 'trialing', 'past_due', 'unpaid', 'incomplete', 'paused', 'canceled'] as const),
] as const;

export type Status = (typeof statuses)[number];

const paymentMethod = z.object({
  id: z.string(),
  type: z.string(),
  brand: z.string().nullable(),
  last4: z.string().nullable(),
  exp_month: z.number().nullable(),
  exp_year: z.number().nullable(),
});

const schema = z.object({
  plan: z.enum(['free', 'starter', 'growth', 'scale', 'self_hosted']),
  status: z.enum(statuses),
  subscription: z.string().nullable(),
  quantity: z.number(),
  currency: z.string().nullable(),
  amount_cents: z.number().nullable(),
  cancel_at_period_end: z.boolean(),
  cancel_at: z.number().nullable(),
  current_period_end: z.number().nullable(),
  trial_end: z.number().nullable(),
  payment_method: paymentMethod.nullable(),
});

/** The subscription of an organization at Stripe, in its stored form. Times are seconds since 1970. */
export type State = z.infer<typeof schema>;
export type StoredPaymentMethod = z.infer<typeof paymentMethod>;

/** The state of an organization without a subscription. */
export const freeState: State = {
  plan: 'free',
  status: 'none',
  subscription: null,
  quantity: 1,
  currency: null,
  amount_cents: null,
  cancel_at_period_end: false,
  cancel_at: null,
  current_period_end: null,
  trial_end: null,
  payment_method: null,
};

/** Whether use beyond the plan may be charged: the plan was bought and is paid. */
export function mayOverrun({ plan, status }: Pick<State, 'plan' | 'status'>): boolean {
  return plan !== 'free' && plan !== 'self_hosted' && (status === 'active' || status === 'trialing');
}

export function readState(text: string): State {
  return schema.parse(JSON.parse(text));
}

/** Serializes the state. The members always have the same order, so that equal states have equal texts. */
export function storeState(state: State): string {
  return JSON.stringify(schema.parse(state));
}
