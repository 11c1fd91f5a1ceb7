import { dashboard } from './dashboard.ts';
import { lines, type Query, quantiles, rateBy } from './panels.ts';

/** Facts of events, and their sums. */
export const analytics = dashboard('analytics', 'Analytics', [
  {
    title: 'Facts',
    panels: [
      lines('New facts', 'cps', rate('drippulse_analytics_facts_total', 'facts')),
      lines('Time since everything was counted', 's', [
        { expr: 'min by (topic) (drippulse_analytics_behind_seconds)', legend: '{{topic}}' },
      ]),
      lines('Days counted anew', 'cps', rate('drippulse_analytics_recounts_total', 'days')),
    ],
  },
  {
    title: 'Reports',
    panels: [
      lines('Reports that ended, by status', 'cps', rateBy('drippulse_reports_total', 'status')),
      lines('From the request to the end of a report', 's', quantiles('drippulse_report_duration_seconds')),
    ],
  },
]);

function rate(counter: string, legend: string): Query[] {
  return [{ expr: `sum(rate(${counter}[$__rate_interval]))`, legend }];
}
