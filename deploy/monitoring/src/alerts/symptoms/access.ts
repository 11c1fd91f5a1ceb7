import type { Alert } from '../alert.ts';

/** Refused requests. */
export const access: readonly Alert[] = [
  {
    name: 'SignInsRefused',
    severity: 'ticket',
    expr: 'sum(rate(drippulse_http_refused_requests_total{reason="invalid_credentials"}[10m])) > 1',
    for: '10m',
    summary:
      '{{ $value | humanize }} logins a second are refused: somebody guesses passwords, or a program has a wrong one.',
    fires: {
      series: { 'drippulse_http_refused_requests_total{reason="invalid_credentials"}': '0+120x40' },
      atMinute: 30,
    },
    quiet: {
      series: {
        'drippulse_http_refused_requests_total{reason="invalid_credentials"}': '0+30x40',
        'drippulse_http_refused_requests_total{reason="rate_limited"}': '0+600x40',
      },
      atMinute: 30,
    },
  },
];
