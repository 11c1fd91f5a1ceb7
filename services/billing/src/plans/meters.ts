/** What plans limit: the first four in a month of UTC, the others at a time. */
export const meters = ['enrollments', 'emails', 'events', 'llm_cost_usd', 'agents', 'seats', 'contacts'] as const;

/** Those that count anew each month. */
export const monthlyMeters = ['enrollments', 'emails', 'events', 'llm_cost_usd'] as const;

export type Meter = (typeof meters)[number];

/** The most of each meter; null without a limit. */
export type Limits = Readonly<Record<Meter, number | null>>;

/** The limits of a plan that is bought more than once. */
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

/** What an organization of an installation without Stripe has. */
export const noLimits: Limits = {
  enrollments: null,
  emails: null,
  events: null,
  llm_cost_usd: null,
  agents: null,
  seats: null,
  contacts: null,
};
