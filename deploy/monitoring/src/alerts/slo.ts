import type { Alert, Scenario } from './alert.ts';

/** A promised share of good events, and the way in which the share of bad events is computed. */
export type Slo = {
  /** Name of the promise's alerts. */
  name: string;
  /** Name of the promise's recorded ratios. */
  key: string;
  /** Share of good events promised over 30 days. */
  objective: number;
  /** The reason why an event is bad, as the end of a sentence. */
  bad: string;
  /** Returns PromQL for the share of bad events over a window. */
  errorRatio(window: string): string;
  /** Returns series with a hundred events a minute for `minutes` minutes. `badShare` is the share of bad events. */
  series(badShare: number, minutes: number): Scenario['series'];
};

export type RecordingRule = { record: string; expr: string };

/**
 * Both windows must exceed the factor. The long window makes the alert significant; the short window makes it end with
 * the fault.
 */
const pageBurns = [
  { factor: 14.4, long: '1h', short: '5m' },
  { factor: 6, long: '6h', short: '30m' },
];
const ticketBurns = [
  { factor: 3, long: '1d', short: '2h' },
  { factor: 1, long: '3d', short: '6h' },
];
const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];

/** Returns the recorded ratios, which the alerts of an SLO compare and the dashboards show. */
export function recordingRules(slo: Slo): RecordingRule[] {
  return windows.map((window) => ({ record: ratioName(slo, window), expr: slo.errorRatio(window) }));
}

export function ratioName(slo: Slo, window: string): string {
  return `drippulse:${slo.key}:error_ratio_${window}`;
}

/**
 * Makes multi-window, multi-burn-rate alerts (Google's SRE workbook, chapter 5): a page when 2 % of a month's budget is
 * used up within an hour or 5 % within six hours, a ticket when 10 % is used up within one day or three days.
 */
export function burnRateAlerts(slo: Slo): Alert[] {
  const budget = 1 - slo.objective;
  const quiet = { series: slo.series(budget / 2, 40), atMinute: 40 };
  const objective = `${Number((slo.objective * 100).toFixed(3))} %`;
  return [
    {
      name: slo.name,
      severity: 'page',
      expr: burnsAny(slo, pageBurns, budget),
      for: '2m',
      summary: `{{ $value | humanizePercentage }} ${slo.bad}; the objective is ${objective}, and the budget of the month goes in hours.`,
      fires: { series: slo.series(Math.min(1, budget * 20), 20), atMinute: 20 },
      quiet,
    },
    {
      name: slo.name,
      severity: 'ticket',
      expr: burnsAny(slo, ticketBurns, budget),
      for: '15m',
      summary: `{{ $value | humanizePercentage }} ${slo.bad}; the objective is ${objective}, and the budget of the month goes in days.`,
      fires: { series: slo.series(budget * 1.5, 40), atMinute: 40 },
      quiet,
    },
  ];
}

function burnsAny(slo: Slo, burns: typeof pageBurns, budget: number): string {
  return burns
    .map(({ factor, long, short }) => {
      const limit = Number((factor * budget).toPrecision(6));
      return `(${ratioName(slo, long)} > ${limit} and ${ratioName(slo, short)} > ${limit})`;
    })
    .join(' or ');
}
