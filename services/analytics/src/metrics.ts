import { counter, gauge, histogram, type Metrics } from '@drippulse/observability';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const facts = counter(registry, 'drippulse_analytics_facts_total');
  const recounts = counter(registry, 'drippulse_analytics_recounts_total');
  const behind = gauge(registry, 'drippulse_analytics_behind_seconds');
  const reports = counter(registry, 'drippulse_reports_total');
  const durations = histogram(registry, 'drippulse_report_duration_seconds');
  const mails = counter(registry, 'drippulse_notices_total');
  return {
    isBehind: (topic: string, ms: number) => behind.set({ topic }, ms / 1000),
    factsStored: (count: number) => facts.inc(count),
    daysRecounted: (count: number) => recounts.inc(count),
    noticeTried: (outcome: string) => mails.inc({ outcome }),
    reportEnded(report: { status: string; type: string; created_at: Date; finished_at: Date | null }) {
      reports.inc({ type: report.type, status: report.status });
      const { created_at: asked, finished_at: ended } = report;
      if (ended !== null) durations.observe((ended.getTime() - asked.getTime()) / 1_000);
    },
  };
}
