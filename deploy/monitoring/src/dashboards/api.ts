import { dashboard } from './dashboard.ts';
import { lines, quantiles, rateBy } from './panels.ts';

export const api = dashboard('api', 'API', [
  {
    title: 'Public requests',
    panels: [
      lines('Requests by status', 'reqps', rateBy('drippulse_http_request_duration_seconds_count', 'status')),
      lines('Requests by route', 'reqps', rateBy('drippulse_http_request_duration_seconds_count', 'route')),
      lines('Duration', 's', quantiles('drippulse_http_request_duration_seconds')),
      lines('Refused, by reason', 'reqps', rateBy('drippulse_http_refused_requests_total', 'reason')),
      lines('Mailed links', 'cps', rateBy('drippulse_mailed_links_total', 'kind, step')),
      lines('Sign-ins in browsers, by method', 'cps', rateBy('drippulse_sign_ins_total', 'method')),
      lines('Sign-ins by providers that were refused', 'cps', rateBy('drippulse_sign_ins_refused_total', 'reason')),
      lines('Codes of second factors', 'cps', rateBy('drippulse_mfa_codes_total', 'outcome')),
      lines('Limits counted by each process', 'none', [
        { expr: 'max by (service) (drippulse_limits_degraded)', legend: '{{service}}' },
      ]),
    ],
  },
  {
    title: 'Streams of hints',
    panels: [
      lines('Open streams', 'none', [{ expr: 'sum(drippulse_streams_open)', legend: 'open' }]),
      lines('Hints published, by service', 'cps', rateBy('drippulse_hints_published_total', 'service')),
      lines('Hints sent to streams', 'cps', rateBy('drippulse_stream_hints_sent_total', 'service')),
      lines('Topics to read again', 'cps', rateBy('drippulse_stream_resyncs_total', 'service')),
      lines('Streams ended by the platform', 'cps', rateBy('drippulse_streams_ended_total', 'reason')),
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
]);
