import { owners, publicService, serviceOf, servicesOn } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

const publishers = owners.map(({ name }) => name);

/** Metrics of requests, streams of hints and calls. */
export const apiMetrics = {
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
  drippulse_mfa_codes_total: {
    type: 'counter',
    unit: 'codes',
    help: 'Codes of second factors that were looked at, by outcome (right, wrong).',
    labels: ['outcome'],
    of: [serviceOf('identity')],
  },
  drippulse_sign_ins_total: {
    type: 'counter',
    unit: 'sign-ins',
    help: 'Sessions of browsers that began on the sign-in pages, by method: password, google, sso.',
    labels: ['method'],
    of: [serviceOf('identity')],
  },
  drippulse_organization_deletion_overdue_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the deletion of an organization is under way or late that is so for the longest time; 0 while there is none.',
    labels: [],
    of: [serviceOf('identity')],
  },
  drippulse_sign_ins_refused_total: {
    type: 'counter',
    unit: 'sign-ins',
    help: 'Sign-ins by a provider that ended without a session: unknown_attempt (another browser, late or repeated), refused, unreachable, no_member.',
    labels: ['reason'],
    of: [serviceOf('identity')],
  },
  drippulse_streams_open: {
    type: 'gauge',
    unit: 'streams',
    help: 'Streams of hints that clients have open at this process.',
    labels: [],
    of: [publicService],
  },
  drippulse_stream_hints_sent_total: {
    type: 'counter',
    unit: 'hints',
    help: 'Hints that were written to streams.',
    labels: [],
    of: [publicService],
  },
  drippulse_stream_resyncs_total: {
    type: 'counter',
    unit: 'hints',
    help: 'Hints that asked to read a topic again, because what was kept did not reach back.',
    labels: [],
    of: [publicService],
  },
  drippulse_streams_ended_total: {
    type: 'counter',
    unit: 'streams',
    help: 'Streams that the platform ended, by reason.',
    labels: ['reason'],
    of: [publicService],
  },
  drippulse_hints_published_total: {
    type: 'counter',
    unit: 'hints',
    help: 'Hints that a service published, after merging.',
    labels: [],
    of: publishers,
  },
  drippulse_rpc_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of served calls, by method and status code.',
    labels: ['method', 'code'],
    of: publishers,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
  },
  drippulse_limits_degraded: {
    type: 'gauge',
    unit: 'boolean',
    help: '1 while each process counts limits by itself because Redis, where they belong, is away.',
    labels: [],
    of: servicesOn('redis'),
  },
} as const satisfies Record<string, CatalogEntry>;
