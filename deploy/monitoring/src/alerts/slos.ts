import type { MetricName } from '@drippulse/observability';
import type { Slo } from './slo.ts';

const requests = 'drippulse_http_request_duration_seconds' satisfies MetricName;

/** The promises of the platform. */
export const slos: readonly Slo[] = [
  {
    name: 'ApiAvailability',
    key: 'api_availability',
    objective: 0.999,
    bad: 'of the public requests are answered 5xx',
    errorRatio: (window) =>
      `sum(rate(${requests}_count{status=~"5.."}[${window}])) / sum(rate(${requests}_count[${window}]))`,
    series: (badShare, minutes) => ({
      [`${requests}_count{status="200"}`]: counts(1 - badShare, minutes),
      [`${requests}_count{status="503"}`]: counts(badShare, minutes),
    }),
  },
  withinLimit({
    name: 'ApiLatency',
    key: 'api_latency',
    metric: requests,
    matchers: 'status!~"5.."',
    labels: 'status="200"',
    seconds: 0.5,
    bad: 'of the public requests take more than half a second',
  }),
  withinLimit({
    name: 'WakeUpLateness',
    key: 'wake_up_lateness',
    metric: 'drippulse_run_lateness_seconds',
    matchers: '',
    labels: '',
    seconds: 1,
    bad: 'of the runs are claimed more than a second after they were due',
  }),
  withinLimit({
    name: 'DeliveryLag',
    key: 'delivery_lag',
    metric: 'drippulse_webhook_lag_seconds',
    matchers: 'kind="first"',
    labels: 'kind="first"',
    seconds: 5,
    bad: 'of the first attempts of webhook deliveries start more than five seconds late',
  }),
  withinLimit({
    name: 'EventLag',
    key: 'event_lag',
    metric: 'drippulse_event_lag_seconds',
    matchers: '',
    labels: '',
    seconds: 5,
    bad: 'of the events have their effect more than five seconds after they were raised',
  }),
];

/** Makes a promise that 99 % of the values of a histogram stay within one of its buckets. */
function withinLimit(o: {
  name: string;
  key: string;
  metric: MetricName;
  matchers: string;
  labels: string;
  seconds: number;
  bad: string;
}): Slo {
  const { metric, matchers, labels, seconds } = o;
  const join = (...parts: string[]) => `{${parts.filter((part) => part !== '').join(',')}}`;
  const within = join(matchers, `le="${seconds}"`);
  return {
    name: o.name,
    key: o.key,
    objective: 0.99,
    bad: o.bad,
    errorRatio: (window) =>
      `1 - sum(rate(${metric}_bucket${within}[${window}])) / sum(rate(${metric}_count${join(matchers)}[${window}]))`,
    series: (badShare, minutes) => ({
      [`${metric}_bucket${join(labels, `le="${seconds}"`)}`]: counts(1 - badShare, minutes),
      [`${metric}_count${join(labels)}`]: counts(1, minutes),
    }),
  };
}

/** Returns a counter that grows by this share of a hundred each minute. */
function counts(share: number, minutes: number): string {
  return `0+${Number((share * 100).toFixed(6))}x${minutes}`;
}
