import { checkAccepted } from './accepted.ts';
import { checkAnalytics } from './analytics.ts';
import { checkApprovals } from './approvals.ts';
import { checkBilling } from './billing.ts';
import { checkBounces } from './bounces.ts';
import { checkContactEvents } from './contact-events.ts';
import { checkCrm } from './crm.ts';
import { checkDeliveries } from './deliveries.ts';
import { checkDrained } from './drained.ts';
import { checkEffects } from './effects.ts';
import { checkEnded } from './ended.ts';
import { checkEntries } from './entries.ts';
import type { Evidence } from './evidence.ts';
import { checkExecutions } from './executions.ts';
import { checkFunnel } from './funnel.ts';
import { checkGoals } from './goals.ts';
import { checkHits } from './hits.ts';
import { checkIntegrations } from './integrations.ts';
import { checkLedger } from './ledger.ts';
import { checkLetters, checkQuietHours } from './letters.ts';
import { checkCaps, checkMailRepeats, checkMails, checkSuppressed } from './mails.ts';
import { checkPublished } from './published.ts';
import { checkRepeats } from './repeats.ts';
import { checkStarterEvents } from './starter-events.ts';
import { checkStarterRules } from './starter-rules.ts';
import { checkTimelines } from './timelines.ts';

/** A promise and its violations, one sentence each. If the promise is kept, there are no violations. */
export type Check = { promise: string; violations(evidence: Evidence): string[] };

export const checks: readonly Check[] = [
  { promise: 'each accepted enrollment exists once, and no other', violations: checkAccepted },
  { promise: 'steps in graph order, none skipped, no wait early, states explained', violations: checkTimelines },
  { promise: 'each effect arrived as it was recorded, and in its own organization', violations: checkEffects },
  { promise: 'an effect is repeated byte for byte, and only where it had to be', violations: checkRepeats },
  { promise: 'each committed event is published, and nothing else', violations: checkPublished },
  { promise: 'webhooks get all that is theirs, signed, repeated with the same id only', violations: checkDeliveries },
  {
    promise: 'an accepted event resumes who waits, if and only if it is before the timeout',
    violations: checkContactEvents,
  },
  { promise: 'an approval is decided once, and its run follows the decision', violations: checkApprovals },
  { promise: 'nobody gets more mails than a cap allows', violations: checkCaps },
  { promise: 'a suppressed address gets nothing', violations: checkSuppressed },
  { promise: 'each mail is accounted for, and what is held or skipped says why', violations: checkMails },
  { promise: 'a mail is repeated byte for byte, and only where it had to be', violations: checkMailRepeats },
  { promise: 'a goal is met once, by its first event, and ends the run that it ends', violations: checkGoals },
  { promise: 'people enter as often as the rules of re-entry allow', violations: checkEntries },
  { promise: 'an event starts the enrollments that its log names, and no other', violations: checkStarterEvents },
  {
    promise: 'events let people in as often as the rules allow, and refuse nobody else',
    violations: checkStarterRules,
  },
  {
    promise: 'a step at a provider ends, done once, or at most once where nobody can tell',
    violations: checkIntegrations,
  },
  {
    promise: 'an execution of an agent ends, and no model is asked after a stored answer',
    violations: checkExecutions,
  },
  { promise: 'a write to the CRM is done once, and analytics counts it', violations: checkCrm },
  {
    promise: 'a subscription is as Stripe has it, each change is reported once, and its limits apply',
    violations: checkBilling,
  },
  { promise: 'limit, ledger and bill of the models are in this order', violations: checkLedger },
  { promise: 'nothing arrives in quiet hours', violations: checkQuietHours },
  { promise: 'each letter is accounted for', violations: checkLetters },
  { promise: 'an answered hit is kept and judged, and counts once', violations: checkHits },
  { promise: 'a mail that came back counts once, and its address gets no more', violations: checkBounces },
  { promise: 'the totals of the funnel are the rows', violations: checkFunnel },
  { promise: 'analytics counts what rows, counters, deliveries and attempts are', violations: checkAnalytics },
  { promise: 'nothing is left over', violations: checkDrained },
  { promise: 'a process that is asked to end ends', violations: checkEnded },
];
