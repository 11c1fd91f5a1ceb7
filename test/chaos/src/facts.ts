import pg from 'pg';
import { type AgentFacts, readAgentFacts } from './agent-facts.ts';
import { type AnalyticsFacts, readAnalyticsFacts } from './analytics-facts.ts';
import { type BillingFacts, readBillingFacts } from './billing-facts.ts';
import { type CrmFacts, readCrmFacts } from './crm-facts.ts';
import { type GoalFacts, readGoalFacts } from './goal-facts.ts';
import { type LetterFacts, readLetterFacts } from './letter-facts.ts';
import { type ProviderStepFact, readProviderFacts } from './provider-facts.ts';
import { readStarterFacts, type StarterEventFact } from './starter-facts.ts';

/** An enrollment with its state. The `status` of an enrollment that has not ended is active or paused. */
export type EnrollmentFact = {
  id: string;
  workflow_id: string;
  organization_id: string;
  key: string;
  lead_ref: string;
  contact: { n: number; org: string; email?: string; event?: { id: string } };
  timezone: string;
  created_at: Date;
  status: string;
  step_index: number;
  lines: number;
  /** Number of the enrollment's rows in runs and outcomes. It must be one. */
  places: number;
};
export type LineFact = {
  enrollment_id: string;
  at: Date;
  sequence: number;
  step_index: number;
  attempt: number;
  status: string;
  message: string;
  error: string | null;
};
export type EffectFact = {
  effect_key: string;
  enrollment_id: string;
  organization_id: string;
  step_index: number;
  attempt: number;
  status: string;
  request: { url: string; body: string };
};
/** A delivery with the numbers of its attempts in order. */
export type DeliveryFact = {
  webhook_id: string;
  event_id: string;
  status: string;
  attempts: number;
  numbers: number[];
  is_queued: boolean;
};
export type CounterFact = { workflow_id: string; step_id: string; counted: string; count: number };

/** The contents of the database after a chaos run. */
export type Facts = {
  enrollments: readonly EnrollmentFact[];
  lines: Map<string, LineFact[]>;
  effects: readonly EffectFact[];
  counters: readonly CounterFact[];
  /** Frames of the committed outbox rows with events of enrollments. */
  frames: readonly Uint8Array[];
  /** Names of the schemas whose outbox still has rows. */
  outboxLeft: readonly string[];
  deliveries: readonly DeliveryFact[];
  /** Events of contacts of all organizations. */
  contactEvents: readonly EventFact[];
  journeys: JourneyFacts;
  goals: GoalFacts;
  /** Events that start workflows. */
  starters: readonly StarterEventFact[];
  letters: LetterFacts;
  providerSteps: readonly ProviderStepFact[];
  agents: AgentFacts;
  analytics: AnalyticsFacts;
  crm: CrmFacts;
  billing: BillingFacts;
};

/** An event of a contact, with the enrollments that were waiting when it arrived. */
export type EventFact = {
  id: string;
  organization_id: string;
  name: string;
  email: string;
  accepted_at: Date;
  resumed: number[];
  /** For a reaction to a mail, the id of the mail. */
  delivery_id: string | null;
};
/** An effect other than a callback, or a parking of the enrollment; `event_id` is the event that ended a wait. */
export type IntentFact = { enrollment_id: string; kind: string; status: string; event_id: string | null };
export type ApprovalFact = { id: string; enrollment_id: string; status: string };
export type SendFact = {
  enrollment_id: string;
  step_id: string;
  status: string;
  decision: string | null;
  rule: string | null;
  reason: string | null;
};

/** Rows of the workflows that wait for events and people, and send mails. */
export type JourneyFacts = {
  intents: readonly IntentFact[];
  approvals: readonly ApprovalFact[];
  sends: readonly SendFact[];
  /** Number of waits for events that were not deleted. */
  waitsLeft: number;
};

export async function readFacts(url: string): Promise<Facts> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=enrollments' });
  await client.connect();
  try {
    const rowsOf = async (text: string) => (await client.query(text)).rows;
    const lines: LineFact[] = await rowsOf(
      'select enrollment_id, at, sequence, step_index, attempt, status, message, error from timeline_lines order by enrollment_id, sequence',
    );
    return {
      enrollments: await rowsOf(enrollmentsQuery),
      lines: Map.groupBy(lines, (line) => line.enrollment_id),
      effects: await rowsOf(
        "select effect_key, enrollment_id, organization_id, step_index, attempt, status, request from effects where kind = 'webhook_callback'",
      ),
      counters: await rowsOf(countersQuery),
      frames: (await rowsOf("select frame from chaos.outbox where service = 'enrollments'")).map((row) => row.frame),
      outboxLeft: await outboxLeft(rowsOf),
      deliveries: await rowsOf(deliveriesQuery),
      contactEvents: await rowsOf(eventsQuery),
      journeys: {
        intents: await rowsOf(
          "select enrollment_id, kind, status, result #>> '{output,event,id}' as event_id from effects where kind <> 'webhook_callback'",
        ),
        approvals: await rowsOf('select id, enrollment_id, status from approvals'),
        sends: await rowsOf('select enrollment_id, step_id, status, decision, rule, reason from sends'),
        waitsLeft: (await rowsOf('select count(*)::int as count from waits'))[0].count,
      },
      goals: await readGoalFacts(rowsOf),
      starters: await readStarterFacts(rowsOf),
      letters: await readLetterFacts(rowsOf),
      providerSteps: await readProviderFacts(rowsOf),
      agents: await readAgentFacts(rowsOf),
      analytics: await readAnalyticsFacts(rowsOf),
      crm: await readCrmFacts(rowsOf),
      billing: await readBillingFacts(rowsOf),
    };
  } finally {
    await client.end();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: rows as the query that is next to it names them
async function outboxLeft(rowsOf: (text: string) => Promise<any[]>): Promise<string[]> {
  const outboxes = await rowsOf(
    "select schemaname as schema from pg_tables where tablename = 'outbox' and schemaname <> 'chaos'",
  );
  const left = await Promise.all(
    outboxes.map(async ({ schema }) => {
      const [row] = await rowsOf(`select exists (select from ${schema}.outbox) as is_left`);
      return row.is_left ? [schema] : [];
    }),
  );
  return left.flat();
}

const enrollmentsQuery = `
  select enrollments.id, enrollments.workflow_id, enrollments.organization_id, key, lead_ref, contact,
    timezone, enrollments.created_at,
    coalesce(runs.status, outcomes.status) as status,
    coalesce(runs.step_index, outcomes.step_index) as step_index, coalesce(runs.lines, outcomes.lines) as lines,
    (runs.enrollment_id is not null)::int + (outcomes.enrollment_id is not null)::int as places
  from enrollments
  left join runs on runs.workflow_id = enrollments.workflow_id and runs.enrollment_id = enrollments.id
  left join outcomes on outcomes.workflow_id = enrollments.workflow_id and outcomes.enrollment_id = enrollments.id`;

const countersQuery = `
  select workflow_id, step_id, counted, sum(count)::int as count
  from counters
  cross join lateral (values ('active', active), ('completed', completed), ('failed', failed), ('cancelled', cancelled))
    as each (counted, count)
  group by 1, 2, 3`;

const deliveriesQuery = `
  select webhook_id, event_id, status, attempts,
    array(select number from webhooks.attempts where delivery_id = deliveries.id order by number) as numbers,
    exists (select from webhooks.queue where delivery_id = deliveries.id) as is_queued
  from webhooks.deliveries`;

const eventsQuery = `
  select id, organization_id, name, lower(contact ->> 'email') as email, accepted_at, properties ->> 'delivery_id' as delivery_id,
    array(
      select (resumed ->> 1)::bigint::float8 from event_answers cross join lateral json_array_elements(answers -> 'resumed') as resumed
      where event_answers.organization_id = events.organization_id and event_id = events.id
    ) as resumed
  from events`;
