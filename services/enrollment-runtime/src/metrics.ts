import type { Metrics } from '@drippulse/observability';
import { Counter, Gauge, Histogram } from 'prom-client';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const registers = [registry];
  const enrolled = new Counter({
    name: 'drippulse_enrollments_started_total',
    help: 'Contacts enrolled.',
    registers,
  });
  const ended = new Counter({
    name: 'drippulse_enrollments_ended_total',
    help: 'Enrollments that ended, by outcome.',
    labelNames: ['status'],
    registers,
  });
  const steps = new Counter({
    name: 'drippulse_steps_total',
    help: 'Timeline lines written, by how the step went.',
    labelNames: ['status'],
    registers,
  });
  const chainsCut = new Counter({
    name: 'drippulse_workflow_chains_cut_total',
    help: 'Events that started nothing because too many workflows had started each other in a row.',
    registers,
  });
  const effects = new Counter({
    name: 'drippulse_effects_total',
    help: 'Attempts of effects, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const inFlight = new Gauge({
    name: 'drippulse_effects_in_flight',
    help: 'Effects being performed by this process.',
    registers,
  });
  const lateness = new Histogram({
    name: 'drippulse_run_lateness_seconds',
    help: 'How long after its due time a run was claimed.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
    registers,
  });
  return {
    contactsEnrolled: (count: number) => enrolled.inc(count),
    enrollmentEnded: (status: string, count = 1) => ended.inc({ status }, count),
    stepsRun: (status: string, count: number) => steps.inc({ status }, count),
    chainCut: () => chainsCut.inc(),
    effectTried: (kind: string, outcome: string) => effects.inc({ kind, outcome }),
    effectsInFlight: (count: number) => inFlight.set(count),
    runClaimed: (latenessMs: number) => lateness.observe(Math.max(0, latenessMs) / 1000),
  };
}
