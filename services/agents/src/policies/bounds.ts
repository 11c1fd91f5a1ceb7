import { picoOf } from '../money.ts';
import { type Policy, policyDefaults } from './policy.ts';

/** A policy as executions obey it. */
export type Bounds = {
  timeoutSeconds: number;
  maxRetries: number;
  /** Undefined: no limit. */
  ratePerMinute: number | undefined;
  logReasoning: boolean;
  executionPicoUsd: bigint;
  /** Null: no limit. */
  agentDayPicoUsd: bigint | null;
  /** Models in the order in which they are tried. The first is undefined where the installation's counts. */
  models: readonly (string | undefined)[];
  maxOutputTokens: number;
  retryUncertain: boolean;
  /** Whether a person is asked for room where a budget has none. */
  asksForRoom: boolean;
};

export function boundsOf(policy: Policy): Bounds {
  const full = { ...policyDefaults, ...policy };
  return {
    timeoutSeconds: full.timeout_seconds,
    maxRetries: full.max_retries,
    ratePerMinute: policy.rate_limit_per_minute,
    logReasoning: full.log_reasoning,
    executionPicoUsd: picoOf(full.max_cost_usd_per_execution),
    agentDayPicoUsd: policy.max_cost_usd_per_day === undefined ? null : picoOf(policy.max_cost_usd_per_day),
    models: [policy.model, ...(full.on_exceeded === 'downgrade' ? (policy.fallback_models ?? []) : [])],
    maxOutputTokens: full.max_output_tokens,
    retryUncertain: full.retry_uncertain,
    asksForRoom: full.on_exceeded === 'ask',
  };
}

/** The bounds of an execution that began with one policy while another counts now: of limits the lower one. */
export function stricterOf(pinned: Bounds, current: Bounds): Bounds {
  const [day, other] = [pinned.agentDayPicoUsd, current.agentDayPicoUsd];
  return {
    ...pinned,
    maxRetries: Math.min(pinned.maxRetries, current.maxRetries),
    executionPicoUsd: least(pinned.executionPicoUsd, current.executionPicoUsd),
    agentDayPicoUsd: day === null ? other : other === null ? day : least(day, other),
    maxOutputTokens: Math.min(pinned.maxOutputTokens, current.maxOutputTokens),
    retryUncertain: pinned.retryUncertain && current.retryUncertain,
    asksForRoom: pinned.asksForRoom && current.asksForRoom,
  };
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
