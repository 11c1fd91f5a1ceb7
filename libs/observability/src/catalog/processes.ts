import { type CatalogEntry, everyProcess } from './entry.ts';

/** Metrics of every process. */
export const processesMetrics = {
  drippulse_log_lines_dropped_total: {
    type: 'counter',
    unit: 'lines',
    help: 'Log lines that were dropped because their destination, such as a full disk, took none for a megabyte.',
    labels: [],
    of: everyProcess,
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
