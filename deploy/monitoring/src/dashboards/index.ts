import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { ratioName } from '../alerts/slo.ts';
import { slos } from '../alerts/slos.ts';
import { dashboard } from './dashboard.ts';
import { lines, number, quantiles, rateBy } from './panels.ts';

/** Every dashboard, by the name of its file. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  overview: dashboard('overview', 'Overview', [
    {
      title: 'Promises',
      panels: slos.map((slo) =>
        lines(`${slo.name}: share of bad events`, 'percentunit', [
          { expr: ratioName(slo, '5m'), legend: '5 minutes' },
          { expr: ratioName(slo, '1h'), legend: '1 hour' },
          { expr: ratioName(slo, '6h'), legend: '6 hours' },
        ]),
      ),
    },
    {
      title: 'Right now',
      panels: [
        number('Requests', 'reqps', 'sum(rate(drippulse_http_request_duration_seconds_count[5m]))'),
        number('Enrollments started', 'cps', 'sum(rate(drippulse_enrollments_started_total[5m]))'),
        number('Oldest unsent event', 's', 'max(drippulse_outbox_age_seconds)'),
        number('Oldest due work', 's', 'max(drippulse_due_work_age_seconds)'),
      ],
    },
  ]),
  api: dashboard('api', 'API', [
    {
      title: 'Public requests',
      panels: [
        lines('Requests by status', 'reqps', rateBy('drippulse_http_request_duration_seconds_count', 'status')),
        lines('Requests by route', 'reqps', rateBy('drippulse_http_request_duration_seconds_count', 'route')),
        lines('Duration', 's', quantiles('drippulse_http_request_duration_seconds')),
        lines('Refused, by reason', 'reqps', rateBy('drippulse_http_refused_requests_total', 'reason')),
        lines('Limits counted by each process', 'none', [
          { expr: 'max by (service) (drippulse_limits_degraded)', legend: '{{service}}' },
        ]),
      ],
    },
    {
      title: 'Calls between services',
      panels: [
        lines('Calls by service', 'reqps', rateBy('drippulse_rpc_duration_seconds_count', 'service')),
        lines('Calls by status', 'reqps', rateBy('drippulse_rpc_duration_seconds_count', 'code')),
        lines('Slowest methods, p99', 's', [
          {
            expr: 'topk(10, histogram_quantile(0.99, sum by (le, method) (rate(drippulse_rpc_duration_seconds_bucket[$__rate_interval]))))',
            legend: '{{method}}',
          },
        ]),
      ],
    },
  ]),
  enrollments: dashboard('enrollments', 'Enrollments', [
    {
      title: 'Throughput',
      panels: [
        lines('Started and ended', 'cps', [
          { expr: 'sum(rate(drippulse_enrollments_started_total[$__rate_interval]))', legend: 'started' },
          ...rateBy('drippulse_enrollments_ended_total', 'status'),
        ]),
        lines('Steps', 'cps', rateBy('drippulse_steps_total', 'status')),
        lines('Workflow changes', 'cps', rateBy('drippulse_workflow_changes_total', 'kind')),
        lines('CRM record changes', 'cps', rateBy('drippulse_crm_record_changes_total', 'record_type')),
        lines('Refused: workflow chains and trapped forms', 'cps', [
          {
            expr: 'sum(rate(drippulse_workflow_chains_cut_total[$__rate_interval]))',
            legend: 'chains of workflows cut',
          },
          {
            expr: 'sum(rate(drippulse_lead_forms_trapped_total[$__rate_interval]))',
            legend: 'form submissions trapped',
          },
        ]),
      ],
    },
    {
      title: 'On time',
      panels: [
        lines('Lateness of runs', 's', quantiles('drippulse_run_lateness_seconds')),
        lines('Oldest unclaimed due work', 's', [
          { expr: 'max by (kind) (drippulse_due_work_age_seconds)', legend: '{{kind}}' },
        ]),
      ],
    },
    {
      title: 'Effects',
      panels: [
        lines('Attempts by outcome', 'cps', rateBy('drippulse_effects_total', 'outcome')),
        lines('Attempts by kind', 'cps', rateBy('drippulse_effects_total', 'kind')),
        lines('Duration', 's', quantiles('drippulse_effect_duration_seconds')),
        lines('In flight', 'none', [{ expr: 'sum(drippulse_effects_in_flight)', legend: 'in flight' }]),
      ],
    },
  ]),
  webhooks: dashboard('webhooks', 'Webhooks', [
    {
      title: 'Deliveries',
      panels: [
        lines('Deliveries made and attempts', 'cps', [
          { expr: 'sum(rate(drippulse_webhook_deliveries_queued_total[$__rate_interval]))', legend: 'deliveries' },
          ...rateBy('drippulse_webhook_attempts_total', 'result'),
        ]),
        lines('Lag of first attempts', 's', quantiles('drippulse_webhook_lag_seconds', '{kind="first"}')),
        lines('Longest overdue, by class of organization', 's', [
          { expr: 'max by (class) (drippulse_webhook_overdue_seconds)', legend: '{{class}}' },
        ]),
        lines('Duration of attempts', 's', quantiles('drippulse_webhook_attempt_duration_seconds')),
        lines('Requests in flight', 'none', [
          { expr: 'sum(drippulse_webhook_requests_in_flight)', legend: 'in flight' },
        ]),
        lines('Webhooks disabled', 'cps', rateBy('drippulse_webhook_endpoints_disabled_total', 'reason')),
      ],
    },
  ]),
  events: dashboard('events', 'Events', [
    {
      title: 'Publishing',
      panels: [
        lines('Published', 'cps', rateBy('drippulse_events_published_total', 'topic')),
        lines('Age of the oldest unsent event', 's', [
          { expr: 'max by (service) (drippulse_outbox_age_seconds)', legend: '{{service}}' },
        ]),
        lines('Outbox rows', 'none', [
          { expr: 'max by (service) (drippulse_outbox_pending_rows)', legend: '{{service}}' },
        ]),
      ],
    },
    {
      title: 'Consuming',
      panels: [
        lines('Consumed', 'cps', [
          {
            expr: 'sum by (group, topic) (rate(drippulse_events_consumed_total[$__rate_interval]))',
            legend: '{{group}} {{topic}}',
          },
        ]),
        lines('From raised to done', 's', quantiles('drippulse_event_lag_seconds')),
        lines('Events behind', 'none', [
          {
            expr: 'sum by (group, topic) (max by (group, topic, partition) (drippulse_consumer_lag_events))',
            legend: '{{group}} {{topic}}',
          },
        ]),
        lines('Dead letters', 'cps', rateBy('drippulse_events_dead_lettered_total', 'topic')),
      ],
    },
  ]),
  processes: dashboard('processes', 'Processes', [
    {
      title: 'Parts',
      panels: [
        lines('Parts that answer', 'none', [
          { expr: 'min by (service, part) (drippulse_part_up)', legend: '{{service}} {{part}}' },
        ]),
        lines('Restarts', 'dateTimeAsIso', [
          { expr: 'max by (service) (process_start_time_seconds) * 1000', legend: '{{service}}' },
        ]),
      ],
    },
    {
      title: 'Database connections',
      panels: [
        lines('Waiting for a connection, p99', 's', [
          {
            expr: 'histogram_quantile(0.99, sum by (le, pool) (rate(drippulse_database_wait_seconds_bucket[$__rate_interval])))',
            legend: '{{pool}}',
          },
        ]),
        lines('Connections', 'none', [
          { expr: 'sum by (pool, state) (drippulse_database_connections)', legend: '{{pool}} {{state}}' },
        ]),
      ],
    },
    {
      title: 'Loops',
      panels: [
        lines('Failed runs', 'cps', [
          {
            expr: 'sum by (service, loop) (rate(drippulse_loop_run_duration_seconds_count{result="failed"}[$__rate_interval]))',
            legend: '{{service}} {{loop}}',
          },
        ]),
        lines('Jobs given up', 'cps', rateBy('drippulse_jobs_failed_total', 'kind')),
        lines('Duration of runs, p99', 's', [
          {
            expr: 'topk(10, histogram_quantile(0.99, sum by (le, loop) (rate(drippulse_loop_run_duration_seconds_bucket[$__rate_interval]))))',
            legend: '{{loop}}',
          },
        ]),
      ],
    },
    {
      title: 'Node',
      panels: [
        lines('Event-loop delay, p99', 's', [
          { expr: 'max by (service) (nodejs_eventloop_lag_p99_seconds)', legend: '{{service}}' },
        ]),
        lines('CPU', 'none', [
          { expr: 'sum by (service) (rate(process_cpu_seconds_total[$__rate_interval]))', legend: '{{service}}' },
        ]),
        lines('Memory', 'bytes', [
          { expr: 'max by (service) (process_resident_memory_bytes)', legend: '{{service}} resident' },
          { expr: 'max by (service) (nodejs_heap_size_used_bytes)', legend: '{{service}} heap' },
        ]),
        lines('Log lines dropped', 'cps', [
          {
            expr: 'sum by (service) (rate(drippulse_log_lines_dropped_total[$__rate_interval]))',
            legend: '{{service}}',
          },
        ]),
        lines('Garbage collection', 'percentunit', [
          { expr: 'sum by (service) (rate(nodejs_gc_duration_seconds_sum[$__rate_interval]))', legend: '{{service}}' },
        ]),
      ],
    },
  ]),
};
