import { starterOrganization } from './starters.ts';

/**
 * The consequences of an event, as the event's row in the log records them. Workflows and enrollments are numbers in
 * JSON.
 */
export type AnswersFact = {
  started?: readonly (readonly [workflowId: number, enrollmentId: number])[];
  /** Workflows that were not started, by reason. */
  not_started?: Readonly<Record<string, readonly number[]>>;
};

/** An event in the log. `key` is the sender's idempotency key, which is also in the event's properties. */
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
