import { crmOrganization } from './crm.ts';

/** A write to the CRM by a step, from the rows of the runtime. `n` is the score that the step gives. */
export type CrmStepFact = {
  enrollment_id: string;
  kind: string;
  lead_ref: string;
  n: number;
  status: string;
  /** The error of the step's last line. */
  error: string | null;
};

/** The writes of steps, the records of the CRM, and the events and counts of these records. */
export type CrmFacts = {
  steps: readonly CrmStepFact[];
  leads: readonly { ref: string; score: number | null }[];
  /** Notes about leads, with the reference that is in the note and the reference of the lead. */
  notes: readonly { ref: string; about: string }[];
  opportunities: readonly { ref: string; status: string; amount: number }[];
  /** Frames of the committed outbox rows of the CRM. */
  frames: readonly Uint8Array[];
  /** Sums of analytics over all days, by the kind of fact; `amount` is in cents. */
  counted: readonly { kind: number; count: number; amount: number }[];
};

// biome-ignore lint/suspicious/noExplicitAny: rows as the query that is next to it names them
export async function readCrmFacts(rowsOf: (text: string) => Promise<any[]>): Promise<CrmFacts> {
  const own = `organization_id = ${crmOrganization}`;
  return {
    steps: await rowsOf(`
      select effects.enrollment_id, kind, enrollments.lead_ref, (contact ->> 'n')::int as n, effects.status,
        (select error from timeline_lines as line
         where line.enrollment_id = effects.enrollment_id and line.step_index = effects.step_index
         order by sequence desc limit 1) as error
      from effects join enrollments on enrollments.id = effects.enrollment_id
      where kind like 'crm\\_%'`),
    leads: await rowsOf(`select first_name as ref, score from crm.leads where ${own}`),
    notes: await rowsOf(`
      select subject as ref, leads.first_name as about
      from crm.activities join crm.leads on leads.id = lead_id where activities.${own}`),
    opportunities: await rowsOf(`
      select name as ref, status, amount_cents::float8 as amount from crm.opportunities where ${own}`),
    frames: (await rowsOf(`select frame from chaos.outbox where service = 'crm'`)).map((row) => row.frame),
    counted: await rowsOf(`
      select kind, sum(count)::int as count, sum(amount)::float8 as amount from analytics.rollup_days
      where ${own} and kind in (20, 21, 22) and dimension = 0 and workflow_id = 0 and variant = '' group by 1`),
  };
}
