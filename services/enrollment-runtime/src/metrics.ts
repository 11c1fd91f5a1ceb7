import { counter, gauge, histogram, type Metrics } from '@drippulse/observability';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const enrolled = counter(registry, 'drippulse_enrollments_started_total');
  const ended = counter(registry, 'drippulse_enrollments_ended_total');
  const steps = counter(registry, 'drippulse_steps_total');
  const chainsCut = counter(registry, 'drippulse_workflow_chains_cut_total');
  const effects = counter(registry, 'drippulse_effects_total');
  const effectDuration = histogram(registry, 'drippulse_effect_duration_seconds');
  const inFlight = gauge(registry, 'drippulse_effects_in_flight');
  const lateness = histogram(registry, 'drippulse_run_lateness_seconds');
  const dueAge = gauge(registry, 'drippulse_due_work_age_seconds');
  return {
    contactsEnrolled: (count: number) => enrolled.inc(count),
    enrollmentEnded: (status: string, count = 1) => ended.inc({ status }, count),
    stepsRun: (status: string, count: number) => steps.inc({ status }, count),
    chainCut: (reason: 'budget' | 'depth') => chainsCut.inc({ reason }),
    effectTried: (kind: string, outcome: string, durationMs: number) => {
      effects.inc({ kind, outcome });
      effectDuration.observe({ kind }, durationMs / 1000);
    },
    effectsInFlight: (count: number) => inFlight.set(count),
    runClaimed: (latenessMs: number) => lateness.observe(Math.max(0, latenessMs) / 1000),
    oldestDueRun: (ageSeconds: number) => dueAge.set({ kind: 'runs' }, ageSeconds),
  };
}
