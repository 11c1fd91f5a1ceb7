import { AnalyticsMetricName } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { type FactKind, factKinds } from '../rollups/kinds.ts';
import { amountOf, countOf, type Measure, shareOf, timeOf } from './measure.ts';

/** Number of stored cost units in a dollar. Costs are stored in millionths of a dollar. */
const microsPerDollar = 1_000_000;

const ofEnrollments = (kind: FactKind) => ({ kinds: [kind], groups: ['workflow', 'version', 'variant'] as const });
const ofMails = (kind: FactKind) => ({
  kinds: [kind],
  groups: ['workflow', 'variant', 'step', 'category', 'domain'] as const,
});
const ofAgents = (...kinds: FactKind[]) => ({ kinds, groups: ['agent'] as const });
const ofWebhooks = (...kinds: FactKind[]) => ({ kinds, groups: ['webhook'] as const });
const ofRecords = (kind: FactKind) => ({ kinds: [kind], groups: [] });

const delivered = countOf(ofMails(factKinds.email_sent), [factKinds.email_bounced]);
const opens = countOf(ofMails(factKinds.email_opened));
const clicks = countOf(ofMails(factKinds.email_clicked));
const executions = ofAgents(factKinds.agent_succeeded, factKinds.agent_failed);
const goals = ofEnrollments(factKinds.goal_met);
const started = countOf(ofEnrollments(factKinds.enrollment_started));
const attempts = ofWebhooks(factKinds.webhook_succeeded, factKinds.webhook_failed);
const won = ofRecords(factKinds.opportunity_won);

/** Every metric, in the order in which responses list them. docs/analytics.md describes each metric. */
export const measures: ReadonlyMap<AnalyticsMetricName, Measure> = new Map([
  [AnalyticsMetricName.ENROLLMENTS_STARTED, started],
  [AnalyticsMetricName.COMPLETED, countOf(ofEnrollments(factKinds.enrollment_completed))],
  [AnalyticsMetricName.FAILED, countOf(ofEnrollments(factKinds.enrollment_failed))],
  [AnalyticsMetricName.CANCELLED, countOf(ofEnrollments(factKinds.enrollment_cancelled))],
  [AnalyticsMetricName.EXITED, countOf(ofEnrollments(factKinds.enrollment_exited))],
  [AnalyticsMetricName.GOAL_CONVERSIONS, countOf(goals)],
  [AnalyticsMetricName.CONVERSION_RATE, shareOf(countOf(goals), started)],
  [AnalyticsMetricName.MEDIAN_TIME_TO_GOAL, timeOf({ ...goals, groups: [] }, 0.5)],
  [AnalyticsMetricName.EMAILS_SENT, countOf(ofMails(factKinds.email_sent))],
  [AnalyticsMetricName.DELIVERED, delivered],
  [AnalyticsMetricName.OPENS, opens],
  [AnalyticsMetricName.CLICKS, clicks],
  [AnalyticsMetricName.UNSUBSCRIBES, countOf(ofMails(factKinds.email_unsubscribed))],
  [AnalyticsMetricName.BOUNCES, countOf(ofMails(factKinds.email_bounced))],
  [AnalyticsMetricName.COMPLAINTS, countOf(ofMails(factKinds.email_complained))],
  [AnalyticsMetricName.HUMAN_OPEN_RATE, shareOf(opens, delivered)],
  [AnalyticsMetricName.CLICK_RATE, shareOf(clicks, delivered)],
  [AnalyticsMetricName.LEADS_CREATED, countOf(ofRecords(factKinds.lead_created))],
  [AnalyticsMetricName.OPPORTUNITIES_WON, countOf(won)],
  [AnalyticsMetricName.WON_AMOUNT_CENTS, { ...amountOf(won, 'cents'), isByCurrency: true }],
  [
    AnalyticsMetricName.ATTRIBUTED_AMOUNT_CENTS,
    { ...amountOf(ofEnrollments(factKinds.opportunity_attributed), 'cents'), groups: [], isByCurrency: true },
  ],
  [AnalyticsMetricName.AGENT_EXECUTIONS, countOf(executions)],
  [AnalyticsMetricName.AGENT_COST_USD, amountOf(executions, 'usd', microsPerDollar)],
  [AnalyticsMetricName.AGENT_SUCCESS_RATE, shareOf(countOf(ofAgents(factKinds.agent_succeeded)), countOf(executions))],
  [
    AnalyticsMetricName.WEBHOOK_SUCCESS_RATE,
    shareOf(countOf(ofWebhooks(factKinds.webhook_succeeded)), countOf(attempts)),
  ],
  [AnalyticsMetricName.WEBHOOK_P95_MS, timeOf({ ...attempts, groups: [] }, 0.95)],
]);
