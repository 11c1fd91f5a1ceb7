import type { Violation } from '@drippulse/errors';
import { moneyProblems } from '../money.ts';
import type { Policy } from './policy.ts';
import { actionProblems, constraintProblems, hostProblems } from './tool-policy.ts';

/** Returns the violations of a policy, by field. */
export function problemsOfPolicy(policy: Policy): Violation[] {
  return [
    ...moneyProblems('max_cost_usd_per_execution', policy.max_cost_usd_per_execution),
    ...moneyProblems('max_cost_usd_per_day', policy.max_cost_usd_per_day),
    ...range('timeout_seconds', policy.timeout_seconds, 1, 600),
    ...range('max_retries', policy.max_retries, 0, 5),
    ...range('rate_limit_per_minute', policy.rate_limit_per_minute, 1, 6000),
    ...list('allowed_integrations', policy.allowed_integrations),
    ...list('allowed_actions', policy.allowed_actions),
    ...actionProblems(policy.allowed_actions),
    ...approval(policy.require_approval),
    ...range('max_output_tokens', policy.max_output_tokens, 1, 32_768),
    ...fallbacks(policy.fallback_models),
    ...constraintProblems(policy.action_constraints),
    ...hostProblems(policy.allowed_link_hosts),
    ...range('max_steps', policy.max_steps, 1, 32),
    ...range('max_tool_calls', policy.max_tool_calls, 0, 64),
    ...range('approval_timeout_seconds', policy.approval_timeout_seconds, 60, 2_592_000),
    ...(policy.model !== undefined && (policy.model.trim() === '' || policy.model.length > 255)
      ? [{ field: 'model', message: 'must have 1 to 255 characters', code: 'length' as const }]
      : []),
  ];
}

function range(field: string, value: number | undefined, from: number, to: number): Violation[] {
  if (value === undefined || (value >= from && value <= to)) return [];
  return [{ field, message: `must be from ${from} to ${to}`, code: 'range' }];
}

function list(field: string, values: readonly string[] | undefined): Violation[] {
  if (values === undefined) return [];
  if (values.length > 100) return [{ field, message: 'must have at most 100 items', code: 'length' }];
  return values.flatMap((value, index) =>
    value.trim() === '' || value.length > 100
      ? [{ field: `${field}.${index}`, message: 'must have 1 to 100 characters', code: 'length' as const }]
      : [],
  );
}

function fallbacks(models: readonly string[] | undefined): Violation[] {
  const field = 'fallback_models';
  if (models !== undefined && models.length > 5)
    return [{ field, message: 'must have at most 5 items', code: 'length' }];
  return list(field, models);
}

const approvals = ['none', 'writes', 'all'];

function approval(value: string | string[] | undefined): Violation[] {
  const field = 'require_approval';
  if (Array.isArray(value)) return list(field, value);
  if (value === undefined || approvals.includes(value)) return [];
  return [{ field, message: 'must be none, writes, all or a list of actions', code: 'enum', allowed: approvals }];
}
