import { counter, gauge, histogram, type Metrics } from '@drippulse/observability';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

type Weighed = { bytes(): number };

/** Creates the metrics. `compiled` are the caches of compiled definitions, whose sizes are measured. */
export function createServiceMetrics(registry: Metrics, compiled: { definitions: Weighed; matches: Weighed }) {
  const enrolled = counter(registry, 'drippulse_enrollments_started_total');
  const ended = counter(registry, 'drippulse_enrollments_ended_total');
  const keptOut = counter(registry, 'drippulse_entries_kept_out_total');
  const heldEntryAge = gauge(registry, 'drippulse_held_entry_age_seconds');
  const steps = counter(registry, 'drippulse_steps_total');
  const chainsCut = counter(registry, 'drippulse_workflow_chains_cut_total');
  const events = counter(registry, 'drippulse_contact_events_total');
  const matched = counter(registry, 'drippulse_contact_event_matches_total');
  const waits = gauge(registry, 'drippulse_event_waits');
  const spreading = gauge(registry, 'drippulse_spreading_event_age_seconds');
  const postponed = gauge(registry, 'drippulse_postponed_items');
  const effects = counter(registry, 'drippulse_effects_total');
  const effectDuration = histogram(registry, 'drippulse_effect_duration_seconds');
  const sendsDecided = counter(registry, 'drippulse_sends_decided_total');
  const heldAge = gauge(registry, 'drippulse_held_send_age_seconds');
  const suppressed = gauge(registry, 'drippulse_suppressions_of_day');
  const inFlight = gauge(registry, 'drippulse_effects_in_flight');
  const lateness = histogram(registry, 'drippulse_run_lateness_seconds');
  const dueAge = gauge(registry, 'drippulse_due_work_age_seconds');
  const approvals = gauge(registry, 'drippulse_approvals_waiting');
  const approvalAge = gauge(registry, 'drippulse_approvals_oldest_age_seconds');
  const notices = counter(registry, 'drippulse_notices_total');
  gauge(registry, 'drippulse_compiled_bytes', (bytes) => {
    bytes.set({ kind: 'definitions' }, compiled.definitions.bytes());
    bytes.set({ kind: 'matches' }, compiled.matches.bytes());
  });
  const hits = counter(registry, 'drippulse_tracking_hits_total');
  const dropped = counter(registry, 'drippulse_tracking_hits_dropped_total');
  const verdicts = counter(registry, 'drippulse_tracking_verdicts_total');
  const unsubscribed = counter(registry, 'drippulse_unsubscribes_total');
  const reports = counter(registry, 'drippulse_bounce_reports_total');
  return {
    hitsTaken: (kind: string, count: number) => hits.inc({ kind }, count),
    hitsDropped: (reason: 'flood' | 'full' | 'refused', count = 1) => dropped.inc({ reason }, count),
    hitJudged: (verdict: string) => verdicts.inc({ verdict }),
    unsubscribed: () => unsubscribed.inc(),
    reportTaken: (kind: string) => reports.inc({ kind }),
    contactsEnrolled: (count: number) => enrolled.inc(count),
    contactsKeptOut: (decision: 'refused' | 'held', reason: string, count: number) =>
      keptOut.inc({ decision, reason }, count),
    oldestHeldEntry: (ageSeconds: number) => heldEntryAge.set(ageSeconds),
    enrollmentEnded: (status: string, count = 1) => ended.inc({ status }, count),
    stepsRun: (status: string, count: number) => steps.inc({ status }, count),
    chainCut: (reason: 'budget' | 'depth') => chainsCut.inc({ reason }),
    eventAccepted: (source: string) => events.inc({ source }),
    eventsMatched: ({ resumed, started }: { resumed: number; started: number }) => {
      matched.inc({ kind: 'resumed' }, resumed);
      matched.inc({ kind: 'started' }, started);
    },
    eventWaits: (count: number) => waits.set(count),
    oldestSpreading: (ageSeconds: number) => spreading.set(ageSeconds),
    postponed: (kind: string, count: number) => postponed.set({ kind }, count),
    effectTried: (kind: string, outcome: string, durationMs: number) => {
      effects.inc({ kind, outcome });
      effectDuration.observe({ kind }, durationMs / 1000);
    },
    sendDecided: (decision: string, rule: string) => sendsDecided.inc({ decision, rule }),
    oldestHeldSend: (ageSeconds: number) => heldAge.set(ageSeconds),
    suppressedOfDay: (reason: string, count: number) => suppressed.set({ reason }, count),
    effectsInFlight: (count: number) => inFlight.set(count),
    runClaimed: (latenessMs: number) => lateness.observe(Math.max(0, latenessMs) / 1000),
    approvalsWaiting: (count: number, oldestSeconds: number) => {
      approvals.set(count);
      approvalAge.set(Math.max(0, oldestSeconds));
    },
    noticeTried: (outcome: string) => notices.inc({ outcome }),
    oldestDueRun: (ageSeconds: number) => dueAge.set({ kind: 'runs' }, ageSeconds),
  };
}
