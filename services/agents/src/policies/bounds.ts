import { picoOf } from '../money.ts';
import { type Policy, policyDefaults } from './policy.ts';

/** The limits of a policy, in the form that executions apply. */
export type Bounds = {
  timeoutSeconds: number;
  maxRetries: number;
  /** Maximum number of executions per minute. If undefined, there is no limit. */
  ratePerMinute: number | undefined;
  logReasoning: boolean;
  executionPicoUsd: bigint;
  /** Maximum daily cost of the agent. If null, there is no limit. */
  agentDayPicoUsd: bigint | null;
  /** Models in the order in which they are tried. An undefined first element means the default model of the account. */
  models: readonly (string | undefined)[];
  maxOutputTokens: number;
  retryUncertain: boolean;
  /** Whether a person is asked for a raise when a budget is full. */
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

/** Combines the policy with which an execution began and the policy in force. Of two limits, the lower one applies. */
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
