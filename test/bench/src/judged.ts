import type { Figures } from './bench.ts';

/** The direction in which a figure gets better. */
export type Better = 'higher' | 'lower';

/**
 * A figure by which a change is judged. `shortLimit` is the worst value of the figure in a short run on a busy machine
 * of two cores. It is set only for figures that vary little on such a machine.
 */
export type Judged = { better: Better; shortLimit?: number };

/**
 * The judged figures of each bench. If a bench measures a peer in the same run, the ratio to the peer is judged instead
 * of the absolute figure, because the ratio is independent of other load on the machine.
 */
const judged: Readonly<Record<string, Readonly<Record<string, Judged>>>> = {
  engine: {
    ratio_pgboss: { better: 'higher', shortLimit: 1 },
    cpu_ratio_pgboss: { better: 'higher', shortLimit: 1.2 },
  },
  'engine-million': { cpu_ratio: { better: 'lower' }, wal_bytes_per_step: { better: 'lower' } },
  effects: { ratio_pgboss: { better: 'higher' } },
  mail: { ratio_pgboss: { better: 'higher' }, accepted_p99_ms: { better: 'lower' } },
  bulk: { ratio_pgboss: { better: 'higher' }, other_p99_ms: { better: 'lower' } },
  events: { events_per_second: { better: 'higher' }, resumed_p99_ms: { better: 'lower' } },
  timers: { ratio_pgboss: { better: 'higher' }, million_p99_ms: { better: 'lower' } },
  tracking: { hits_per_second: { better: 'higher' }, pixel_p99_ms: { better: 'lower' } },
  'engine-beside-hits': { ratio_alone: { better: 'higher' } },
  million: { pause_ms: { better: 'lower' }, p99_ms_pause: { better: 'lower' } },
  retention: { p99_ms: { better: 'lower' } },
  ledger: { reserve_p99_ms: { better: 'lower' }, settle_p99_ms: { better: 'lower' } },
  list: { ratio_naive: { better: 'higher' } },
  crm: { ratio_naive: { better: 'higher' }, import_seconds: { better: 'lower' } },
  import: { seconds: { better: 'lower' }, peak_growth_mb: { better: 'lower' } },
  agents: { cpu_ms_per_score: { better: 'lower' }, executions_per_second: { better: 'higher' } },
  'agent-steps': { ratio_beside: { better: 'lower' } },
  analytics: {
    facts_per_second: { better: 'higher' },
    charts_p95_ms: { better: 'lower' },
    metrics_p95_ms: { better: 'lower' },
    funnel_p95_ms: { better: 'lower' },
  },
  integrations: { actions_per_second: { better: 'higher' }, ratio_beside: { better: 'lower' } },
  gateway: { cpu_ratio: { better: 'lower', shortLimit: 3.5 } },
  idle: {
    ratio_pgboss: { better: 'higher' },
    transactions_per_second: { better: 'lower', shortLimit: 30 },
    second_start_cpu_s: { better: 'lower', shortLimit: 5 },
  },
  webhooks: {
    deliveries_per_second: { better: 'higher' },
    first_attempt_p99_ms: { better: 'lower' },
    healthy_p99_ms: { better: 'lower' },
    claim_million_p50_ms: { better: 'lower' },
  },
  neighbours: {
    broken_classes: { better: 'lower' },
    worst_reads_p99_beside_ms: { better: 'lower' },
    failures_beside: { better: 'lower' },
    beyond_pod_limit: { better: 'lower', shortLimit: 0 },
  },
};

/** Returns the judged figures of a bench, by their names. */
export function judgedOf(bench: string): ReadonlyMap<string, Judged> {
  return new Map(Object.entries(judged[bench] ?? {}));
}

/** Returns the judged figures of a short run that are worse than their limits, each as a sentence. */
export function beyondShortLimits(bench: string, figures: Figures): string[] {
  return [...judgedOf(bench)].flatMap(([figure, { better, shortLimit }]) => {
    const value = Number(figures[figure]);
    if (shortLimit === undefined) return [];
    if (better === 'lower' ? value <= shortLimit : value >= shortLimit) return [];
    return [`${figure} is ${value}, and should be at ${better === 'lower' ? 'most' : 'least'} ${shortLimit}`];
  });
}
