import { consumers, owners, publicService, publishers as publishing, serviceOf, servicesOn } from '@drippulse/topology';

/** One metric: its instrument, its documentation and the services that export it. */
export type CatalogEntry = {
  type: 'counter' | 'gauge' | 'histogram';
  /** Unit of a value, the same as in the name. */
  unit: string;
  help: string;
  labels: readonly string[];
  /** Services that register it; `process` for every process. */
  of: readonly string[];
  /** Upper bounds of a histogram, in its unit. */
  buckets?: readonly number[];
};

const publishers = publishing.map(({ name }) => name);
const everyProcess = ['process'] as const;

/**
 * All metrics of the platform. Instruments, docs/metrics.md, dashboards, alerts and their tests come from this catalog. Labels
 * never carry an organization, an id or a raw path.
 */
export const catalog = {
  drippulse_http_request_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From the head of a public request to the end of its answer, by route template.',
    labels: ['method', 'route', 'status'],
    of: [publicService],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  drippulse_http_refused_requests_total: {
    type: 'counter',
    unit: 'requests',
    help: 'Public requests answered 4xx or 5xx, by reason.',
    labels: ['reason'],
    of: [publicService],
  },
  drippulse_rpc_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of served calls, by method and status code.',
    labels: ['method', 'code'],
    of: owners.map(({ name }) => name),
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
  },
  drippulse_log_lines_dropped_total: {
    type: 'counter',
    unit: 'lines',
    help: 'Log lines that were dropped because their destination, such as a full disk, took none for a megabyte.',
    labels: [],
    of: everyProcess,
  },
  drippulse_limits_degraded: {
    type: 'gauge',
    unit: 'boolean',
    help: '1 while each process counts limits by itself because Redis, where they belong, is away.',
    labels: [],
    of: servicesOn('redis'),
  },
  drippulse_enrollments_started_total: {
    type: 'counter',
    unit: 'enrollments',
    help: 'Contacts enrolled.',
    labels: [],
    of: [serviceOf('enrollments')],
  },
  drippulse_enrollments_ended_total: {
    type: 'counter',
    unit: 'enrollments',
    help: 'Enrollments that ended, by outcome.',
    labels: ['status'],
    of: [serviceOf('enrollments')],
  },
  drippulse_steps_total: {
    type: 'counter',
    unit: 'steps',
    help: 'Timeline lines written, by how the step went.',
    labels: ['status'],
    of: [serviceOf('enrollments')],
  },
  drippulse_workflow_chains_cut_total: {
    type: 'counter',
    unit: 'refusals',
    help: 'Events, requests and steps that chains of workflows ended at: by their budget, or by too many workflows in a row.',
    labels: ['reason'],
    of: [serviceOf('enrollments')],
  },
  drippulse_run_lateness_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long after its due time a run was claimed.',
    labels: [],
    of: [serviceOf('enrollments')],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
  },
  drippulse_due_work_age_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the oldest work that is due waits for a process to claim it: runs, or webhook deliveries.',
    labels: ['kind'],
    of: [serviceOf('enrollments'), serviceOf('webhooks')],
  },
  drippulse_effects_total: {
    type: 'counter',
    unit: 'attempts',
    help: 'Attempts of effects, by kind and outcome.',
    labels: ['kind', 'outcome'],
    of: [serviceOf('enrollments')],
  },
  drippulse_effect_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of attempts of effects, by kind.',
    labels: ['kind'],
    of: [serviceOf('enrollments')],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  drippulse_effects_in_flight: {
    type: 'gauge',
    unit: 'effects',
    help: 'Effects being performed by this process.',
    labels: [],
    of: [serviceOf('enrollments')],
  },
  drippulse_webhook_deliveries_queued_total: {
    type: 'counter',
    unit: 'deliveries',
    help: 'Deliveries made of events.',
    labels: [],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_attempts_total: {
    type: 'counter',
    unit: 'attempts',
    help: 'Attempts by what became of them: ok, or the reason code of the failure.',
    labels: ['result'],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_attempt_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From the start of an attempt to the end of the answer.',
    labels: [],
    of: [serviceOf('webhooks')],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  },
  drippulse_webhook_lag_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From when a delivery was due to its attempt, by first attempt or retry, held up ones included.',
    labels: ['kind', 'class'],
    of: [serviceOf('webhooks')],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
  },
  drippulse_webhook_overdue_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the delivery has been due that waits longest, held up ones included, of organizations with more than a hundred due (large) and of all others (small).',
    labels: ['class'],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_endpoints_disabled_total: {
    type: 'counter',
    unit: 'webhooks',
    help: 'Webhooks disabled, by reason.',
    labels: ['reason'],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_requests_in_flight: {
    type: 'gauge',
    unit: 'requests',
    help: 'Requests to endpoints under way.',
    labels: [],
    of: [serviceOf('webhooks')],
  },
  drippulse_workflow_changes_total: {
    type: 'counter',
    unit: 'workflows',
    help: 'Workflows created, updated, archived and deleted.',
    labels: ['kind'],
    of: [serviceOf('workflows')],
  },
  drippulse_crm_record_changes_total: {
    type: 'counter',
    unit: 'records',
    help: 'Records created, updated and deleted.',
    labels: ['record_type', 'action'],
    of: [serviceOf('crm')],
  },
  drippulse_lead_forms_trapped_total: {
    type: 'counter',
    unit: 'submissions',
    help: 'Submissions of hosted forms that filled in what no person sees.',
    labels: [],
    of: [serviceOf('crm')],
  },
  drippulse_outbox_pending_rows: {
    type: 'gauge',
    unit: 'rows',
    help: 'Outbox rows not yet sent, counted up to 10,000, in the process that sends them.',
    labels: [],
    of: publishers,
  },
  drippulse_outbox_age_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'Age of the oldest outbox row not yet sent, in the process that sends them.',
    labels: [],
    of: publishers,
  },
  drippulse_events_published_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events handed to the transport.',
    labels: ['topic'],
    of: publishers,
  },
  drippulse_events_consumed_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events whose effect is done.',
    labels: ['topic', 'group'],
    of: consumers,
  },
  drippulse_event_lag_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From when an event was raised to when its effect was done.',
    labels: ['topic', 'group'],
    of: consumers,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
  },
  drippulse_events_dead_lettered_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events given up and put on the dead-letter topic.',
    labels: ['topic', 'group'],
    of: consumers,
  },
  drippulse_consumer_lag_events: {
    type: 'gauge',
    unit: 'events',
    help: 'Events in the partition that the group has not handled, as the transport counts them.',
    labels: ['topic', 'group', 'partition'],
    of: consumers,
  },
  drippulse_loop_run_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of the runs of a background loop, by how they ended: ok or failed.',
    labels: ['loop', 'result'],
    of: everyProcess,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
  },
  drippulse_jobs_failed_total: {
    type: 'counter',
    unit: 'jobs',
    help: 'Jobs given up after five failures in a row.',
    labels: ['kind'],
    of: everyProcess,
  },
  drippulse_database_wait_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long a query or transaction waited for a connection of the pool, new connections included.',
    labels: ['pool'],
    of: everyProcess,
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  },
  drippulse_database_connections: {
    type: 'gauge',
    unit: 'connections',
    help: 'Connections of the pool that are busy or idle, and callers that wait for one.',
    labels: ['pool', 'state'],
    of: everyProcess,
  },
  drippulse_part_up: {
    type: 'gauge',
    unit: 'boolean',
    help: '1 while a part that the process needs answers: its database, its event consumers, its peers.',
    labels: ['part'],
    of: everyProcess,
  },
} as const satisfies Record<string, CatalogEntry>;

export type MetricName = keyof typeof catalog;

/** Metrics of the Node client that dashboards and alerts use. */
export const processMetricNames = [
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_gc_duration_seconds',
  'nodejs_heap_size_used_bytes',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
] as const;
