import { payingOrganizations } from './billing.ts';

/** The stored subscription of an organization; `sequence` counts its changes. */
export type CustomerFact = {
  organization_id: string;
  sequence: number;
  state: {
    plan: string;
    status: string;
    subscription: string | null;
    quantity: number;
    amount_cents: number | null;
    cancel_at: number | null;
    current_period_end: number | null;
    payment_method: { last4: string | null } | null;
  };
  /** Whether a change at Stripe is known to billing but not yet fetched. */
  is_behind: boolean;
  /** Number of writes to Stripe that have not ended. */
  pending: number;
};

/**
 * The entitlements of an organization, either as billing sent them or as they apply in a service, which is named by its
 * schema.
 */
export type EntitlementsFact = { service: string; organization_id: string; sequence: string; plan: string };

export type BillingFacts = {
  customers: readonly CustomerFact[];
  /** Frames of the committed outbox rows of billing. */
  frames: readonly Uint8Array[];
  /** The schemas of the services that count usage. */
  counting: readonly string[];
  sent: readonly EntitlementsFact[];
  applied: readonly EntitlementsFact[];
};

// biome-ignore lint/suspicious/noExplicitAny: rows as the query that is next to it names them
type RowsOf = (text: string) => Promise<any[]>;

export async function readBillingFacts(rowsOf: RowsOf): Promise<BillingFacts> {
  return {
    customers: await rowsOf(`
      select organization_id, sequence::int as sequence, state, marks > fetched_marks as is_behind,
        (select count(*)::int from billing.operations
         where operations.organization_id = customers.organization_id and status = 'pending') as pending
      from billing.customers`),
    frames: (await rowsOf("select frame from chaos.outbox where service = 'billing'")).map((row) => row.frame),
    ...(await readEntitlements(rowsOf)),
  };
}

async function readEntitlements(rowsOf: RowsOf): Promise<Pick<BillingFacts, 'counting' | 'sent' | 'applied'>> {
  const own = `where organization_id in (${payingOrganizations})`;
  const tables = await rowsOf("select schemaname as schema from pg_tables where tablename = 'usage_limits'");
  const counting: string[] = tables.map(({ schema }) => schema);
  const selects = counting.map(
    (schema) => `select '${schema}' as service, organization_id, sequence, plan from ${schema}.entitlements ${own}`,
  );
  return {
    counting,
    sent: await rowsOf(`
      select 'billing' as service, organization_id, sequence, content ->> 'plan' as plan
      from billing.pushed_entitlements ${own}`),
    applied: await rowsOf(selects.join(' union all ')),
  };
}

/** Returns the entitlements that do not apply yet, as one sentence each. */
export function behindIn({ counting, sent, applied }: BillingFacts): string[] {
  return sent.flatMap(({ organization_id: id, sequence, plan }) =>
    counting.flatMap((service) => {
      const own = applied.find((one) => one.organization_id === id && one.service === service);
      return own?.sequence === sequence && own.plan === plan
        ? []
        : [`${service} has entitlements ${own?.sequence} of ${id}, not ${sequence}`];
    }),
  );
}
