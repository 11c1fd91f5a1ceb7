/**
 * The meters of plans. The first four count within a calendar month (UTC). The others count records that currently
 * exist.
 */
export const meters = ['enrollments', 'emails', 'events', 'llm_cost_usd', 'agents', 'seats', 'contacts'] as const;

/** The meters that start at zero each month. */
export const monthlyMeters = ['enrollments', 'emails', 'events', 'llm_cost_usd'] as const;

export type Meter = (typeof meters)[number];

/** The limit of each meter; null for a meter without a limit. */
export type Limits = Readonly<Record<Meter, number | null>>;

/** Multiplies the limits of a plan that is bought more than once. */
export function timesLimits(limits: Limits, quantity: number): Limits {
  const times = (limit: number | null) => (limit === null ? null : limit * quantity);
  return {
    enrollments: times(limits.enrollments),
    emails: times(limits.emails),
    events: times(limits.events),
    llm_cost_usd: times(limits.llm_cost_usd),
    agents: times(limits.agents),
    seats: times(limits.seats),
    contacts: times(limits.contacts),
  };
}

/** The limits of an organization in an installation without Stripe. */
export const noLimits: Limits = {
  enrollments: null,
  emails: null,
  events: null,
  llm_cost_usd: null,
  agents: null,
  seats: null,
  contacts: null,
};
