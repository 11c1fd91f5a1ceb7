import { dashboard } from './dashboard.ts';
import { lines, rateBy } from './panels.ts';

export const processes = dashboard('processes', 'Processes', [
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
      lines('Compiled rules and templates', 'bytes', [
        { expr: 'max by (service, kind) (drippulse_compiled_bytes)', legend: '{{service}} {{kind}}' },
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
]);
