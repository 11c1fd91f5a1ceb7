import { ratioName } from '../alerts/slo.ts';
import { slos } from '../alerts/slos.ts';
import { dashboard } from './dashboard.ts';
import { lines, number } from './panels.ts';

export const overview = dashboard('overview', 'Overview', [
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
]);
