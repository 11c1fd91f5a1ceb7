import { counter, gauge, histogram, type Metrics } from '@drippulse/observability';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

/** The facts of an ended run that metrics count. */
type EndedRun = {
  status: string;
  is_dry: boolean;
  rows_created: bigint;
  rows_updated: bigint;
  rows_unchanged: bigint;
  rows_skipped: bigint;
  rows_failed: bigint;
  rows_archived: bigint;
};

export function createServiceMetrics(registry: Metrics, { hostsOverride }: { hostsOverride: string | undefined }) {
  gauge(registry, 'drippulse_provider_hosts_override').set(hostsOverride === undefined ? 0 : 1);
  const calls = counter(registry, 'drippulse_provider_calls_total');
  const duration = histogram(registry, 'drippulse_provider_call_duration_seconds');
  const limitWaits = counter(registry, 'drippulse_provider_limit_waits_total');
  const refreshes = counter(registry, 'drippulse_integration_refreshes_total');
  const waits = histogram(registry, 'drippulse_integration_refresh_wait_seconds');
  const failures = counter(registry, 'drippulse_integration_connections_failed_total');
  const runs = counter(registry, 'drippulse_data_source_runs_total');
  const rows = counter(registry, 'drippulse_data_source_rows_total');
  const mails = counter(registry, 'drippulse_notices_total');
  return {
    providerCalled: (provider: string, verdict: string, durationMs: number) => {
      calls.inc({ provider, class: verdict });
      duration.observe({ provider }, durationMs / 1000);
    },
    /**
     * Counts a wait for a rate limit. `slept` means that the call continued after a pause, `postponed` means that its
     * caller must try again.
     */
    limitWaited: (provider: string, kind: 'slept' | 'postponed') => limitWaits.inc({ provider, kind }),
    refreshed: (provider: string, result: string) => refreshes.inc({ provider, result }),
    waitedForRefresh: (seconds: number) => waits.observe(seconds),
    failed: (reason: string) => failures.inc({ reason: knownReasons.has(reason) ? reason : 'other' }),
    runEnded(run: EndedRun) {
      runs.inc({ status: run.status });
      if (run.is_dry) return;
      for (const outcome of ['created', 'updated', 'unchanged', 'skipped', 'failed', 'archived'] as const) {
        rows.inc({ outcome }, Number(run[`rows_${outcome}`]));
      }
    },
    noticeTried: (outcome: string) => mails.inc({ outcome }),
  };
}

/** Codes with a label of their own. Providers choose the codes, so all other codes share a label. */
const knownReasons: ReadonlySet<string> = new Set([
  ...['invalid_grant', 'refresh_interrupted', 'http_401', 'invalid_auth', 'token_revoked', 'no_refresh_token'],
]);
