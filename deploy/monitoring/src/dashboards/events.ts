import { dashboard } from './dashboard.ts';
import { lines, quantiles, rateBy } from './panels.ts';

export const events = dashboard('events', 'Events', [
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
]);
