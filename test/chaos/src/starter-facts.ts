import { starterOrganization } from './starters.ts';

/** Workflows and enrollments that an event says it led to, as numbers of JSON. */
export type AnswersFact = {
  started?: readonly (readonly [workflowId: number, enrollmentId: number])[];
  /** Workflows by reason. */
  not_started?: Readonly<Record<string, readonly number[]>>;
};

/** An event as the log has it; `key` is the idempotency key that its sender gave it, which is among its properties. */
export type StarterEventFact = {
  id: string;
  email: string;
  key: string;
  plan: string;
  accepted_at: Date;
  answers: readonly AnswersFact[];
};

// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export async function readStarterFacts(rowsOf: (text: string) => Promise<any[]>): Promise<StarterEventFact[]> {
  return rowsOf(`
    select id, lower(contact ->> 'email') as email, properties ->> 'key' as key, properties ->> 'plan' as plan, accepted_at,
      coalesce((
        select json_agg(answers order by part) from event_answers
        where event_answers.organization_id = events.organization_id and event_id = events.id
      ), '[]') as answers
    from events where organization_id = ${starterOrganization}`);
}
