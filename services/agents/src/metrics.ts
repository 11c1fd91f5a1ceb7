import { counter, gauge, histogram, type Metrics } from '@drippulse/observability';

/** Scopes whose windows are watched, by the form of their keys. Windows of executions are too short-lived to watch. */
const watchedScopes = ['organization_day', 'organization_month', 'plan', 'agent_day', 'workflow_day'] as const;

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const ended = counter(registry, 'drippulse_agent_executions_total');
  const duration = histogram(registry, 'drippulse_agent_execution_duration_seconds');
  const refused = counter(registry, 'drippulse_agent_refusals_total');
  const calls = counter(registry, 'drippulse_agent_calls_total');
  const tools = counter(registry, 'drippulse_agent_tool_calls_total');
  const approvals = counter(registry, 'drippulse_agent_approvals_total');
  const exceeded = counter(registry, 'drippulse_agent_budget_refusals_total');
  const assumed = counter(registry, 'drippulse_agent_swept_reservations_total');
  const near = gauge(registry, 'drippulse_agent_budgets_near_limit');
  const modelCalls = counter(registry, 'drippulse_agent_model_calls_total');
  const spent = counter(registry, 'drippulse_agent_spent_usd_total');
  return {
    executionEnded: (work: string, status: string, durationMs: number) => {
      ended.inc({ work, status });
      duration.observe({ work }, durationMs / 1000);
    },
    budgetExceeded: (scope: string) => exceeded.inc({ scope }),
    budgetsNearLimit: (counts: ReadonlyMap<string, number>) => {
      for (const scope of watchedScopes) near.set({ scope }, counts.get(scope) ?? 0);
    },
    swept: (count: number) => assumed.inc(count),
    modelCalled: (state: string, chargePicoUsd: bigint) => {
      modelCalls.inc({ state });
      if (chargePicoUsd > 0n) spent.inc({ state }, Number(chargePicoUsd) / 1e12);
    },
    executionRefused: (reason: string) => refused.inc({ reason }),
    called: (kind: string, result: string) => calls.inc({ kind, result }),
    /**
     * Counts an ended tool call. `action` must be in the catalog, because names that models invent would make an
     * unbounded number of labels.
     */
    toolEnded: (action: string, result: string) => tools.inc({ action, result }),
    questionEnded: (kind: string, result: string) => approvals.inc({ kind, result }),
  };
}
