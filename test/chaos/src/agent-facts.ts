import { agentOrganization } from './agents.ts';

/**
 * An execution that a step requested, and its model calls. `answered_at` is the time at which a response was stored.
 * After that time there is no further call.
 */
export type ExecutionFact = {
  id: string;
  lead_ref: string;
  kind: string;
  status: string;
  error_code: string | null;
  /** Number of attempts that were sent to the model, according to the ledger. */
  attempts: number;
  answered_at: Date | null;
};
/** The calls of one kind of settlement. `charged` is a sum in pico-USD, as text. */
export type ChargeFact = { state: string; count: number; charged: string };

/**
 * The rows of the agents service after a run. `sums` has the amounts that different tables state for the same calls, in
 * pico-USD, as text.
 */
export type AgentFacts = {
  executions: readonly ExecutionFact[];
  charges: readonly ChargeFact[];
  sums: { ledger: string; executions: string; counts: string; days: string; reserved: string };
  /** Steps of agents whose outcome differs from the outcome of their execution. */
  steps: readonly { enrollment_id: string; kind: string; status: string; execution_id: string | null }[];
};

// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export async function readAgentFacts(rowsOf: (text: string) => Promise<any[]>): Promise<AgentFacts> {
  const own = `where organization_id = ${agentOrganization}`;
  const [sums] = await rowsOf(`
    select (select coalesce(sum(charged_pico_usd), 0) from agents.reservations ${own})::text as ledger,
      (select coalesce(sum(cost_pico_usd), 0) from agents.executions ${own})::text as executions,
      (select coalesce(sum(cost_pico_usd), 0) from agents.spend_counts ${own})::text as counts,
      (select coalesce(sum(spent_pico_usd), 0) from agents.spend_windows
        where key like 'organization:${agentOrganization}:day:%')::text as days,
      (select coalesce(sum(reserved_pico_usd), 0) from agents.spend_windows ${own})::text as reserved`);
  return {
    executions: await rowsOf(`
      select execution.id, enrollments.lead_ref, execution.kind, execution.status, execution.error_code,
        (select count(*)::int from agents.reservations as call
         where call.execution_id = execution.id and sent_at is not null) as attempts,
        (select max(ended_at) from agents.execution_steps as step
         where step.execution_id = execution.id and kind = 'model_call' and status = 'succeeded') as answered_at
      from agents.executions as execution join enrollments on enrollments.id = source_enrollment_id
      where execution.organization_id = ${agentOrganization}`),
    charges: await rowsOf(`
      select state, count(*)::int as count, sum(charged_pico_usd)::text as charged from agents.reservations ${own} group by 1`),
    sums,
    steps: await rowsOf(`
      select effects.enrollment_id, kind, effects.status, asked.execution_id::text as execution_id
      from effects left join agents.effects as asked
        on asked.organization_id = effects.organization_id and asked.effect_key = effects.effect_key
      where kind in ('agent', 'score_lead')`),
  };
}
