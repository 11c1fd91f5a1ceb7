import pg from 'pg';

/** An enrollment with its state; `status` of a living one is active or paused. */
export type EnrollmentFact = {
  id: string;
  workflow_id: string;
  organization_id: string;
  key: string;
  lead_ref: string;
  contact: { n: number; org: string };
  status: string;
  step_index: number;
  lines: number;
  /** Rows of runs and outcomes; must be one. */
  places: number;
};
export type LineFact = {
  enrollment_id: string;
  at: Date;
  sequence: number;
  step_index: number;
  attempt: number;
  status: string;
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
  /** Frames of the committed outbox rows. */
  frames: readonly Uint8Array[];
  outboxLeft: number;
  deliveries: readonly DeliveryFact[];
};

export async function readFacts(url: string): Promise<Facts> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=enrollments' });
  await client.connect();
  try {
    const rowsOf = async (text: string) => (await client.query(text)).rows;
    const lines: LineFact[] = await rowsOf(
      'select enrollment_id, at, sequence, step_index, attempt, status, error from timeline_lines order by enrollment_id, sequence',
    );
    const [left] = await rowsOf('select count(*)::int as count from outbox');
    return {
      enrollments: await rowsOf(enrollmentsQuery),
      lines: Map.groupBy(lines, (line) => line.enrollment_id),
      effects: await rowsOf(
        'select effect_key, enrollment_id, organization_id, step_index, attempt, status, request from effects',
      ),
      counters: await rowsOf(countersQuery),
      frames: (await rowsOf('select frame from chaos.outbox')).map((row) => row.frame),
      outboxLeft: left.count,
      deliveries: await rowsOf(deliveriesQuery),
    };
  } finally {
    await client.end();
  }
}

const enrollmentsQuery = `
  select enrollments.id, enrollments.workflow_id, enrollments.organization_id, key, lead_ref, contact,
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
