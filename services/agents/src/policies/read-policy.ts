import type { Violation } from '@drippulse/errors';
import { type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import type { ExecutionPolicy } from '@drippulse/proto/drippulse/agents/v1/policies_pb';
import { objectOf } from '../json-objects.ts';
import { onExceededTexts } from '../texts.ts';
import { type Policy, policyNames } from './policy.ts';
import { problemsOfPolicy } from './policy-problems.ts';

/** The members of `ExecutionPolicy`. In some requests, these are members of the request itself. */
type GivenPolicy = Omit<ExecutionPolicy, '$typeName' | '$unknown'>;

/**
 * Reads the policy of a request, or returns its violations. Members that are not in `present` keep their `former`
 * value, and members that are null are removed. `path` is the prefix of field names, and ends with a dot.
 */
export function readPolicy(
  given: GivenPolicy,
  { present, former, path }: { present: ReadonlySet<string>; former: Policy; path: string },
): { policy: Policy } | { violations: Violation[] } {
  const asked = policyOf(given);
  const chosen = policyNames.flatMap((name) => {
    const value = present.has(name) ? asked[name] : former[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const policy: Policy = Object.fromEntries(chosen);
  const violations = problemsOfPolicy(policy).map((problem) => ({ ...problem, field: `${path}${problem.field}` }));
  return violations.length > 0 ? { violations } : { policy };
}

/** Names of all members of a policy. */
export const policyMembers: ReadonlySet<string> = new Set(policyNames);

function policyOf(given: GivenPolicy): Policy {
  const { allowedIntegrations, allowedActions, requireApproval, model, fallbackModels } = given;
  const constraints = constraintsIn(given.actionConstraints);
  const onExceeded = onExceededTexts.textOf(given.onExceeded);
  const approval =
    requireApproval === undefined ? undefined : textOrList(parseJson(Buffer.from(requireApproval).toString()));
  return {
    ...(given.maxCostUsdPerExecution !== undefined && { max_cost_usd_per_execution: given.maxCostUsdPerExecution }),
    ...(given.maxCostUsdPerDay !== undefined && { max_cost_usd_per_day: given.maxCostUsdPerDay }),
    ...(given.timeoutSeconds !== undefined && { timeout_seconds: given.timeoutSeconds }),
    ...(given.maxRetries !== undefined && { max_retries: given.maxRetries }),
    ...(given.rateLimitPerMinute !== undefined && { rate_limit_per_minute: given.rateLimitPerMinute }),
    ...(allowedIntegrations.length > 0 && { allowed_integrations: [...allowedIntegrations] }),
    ...(allowedActions.length > 0 && { allowed_actions: [...allowedActions] }),
    ...(approval !== undefined && { require_approval: approval }),
    ...(given.logReasoning !== undefined && { log_reasoning: given.logReasoning }),
    ...(model !== undefined && { model }),
    ...(onExceeded !== null && { on_exceeded: onExceeded }),
    ...(fallbackModels.length > 0 && { fallback_models: [...fallbackModels] }),
    ...(given.maxOutputTokens !== undefined && { max_output_tokens: given.maxOutputTokens }),
    ...(given.retryUncertain !== undefined && { retry_uncertain: given.retryUncertain }),
    ...(constraints !== undefined && { action_constraints: constraints }),
    ...(given.allowedLinkHosts.length > 0 && { allowed_link_hosts: [...given.allowedLinkHosts] }),
    ...(given.maxSteps !== undefined && { max_steps: given.maxSteps }),
    ...(given.maxToolCalls !== undefined && { max_tool_calls: given.maxToolCalls }),
    ...(given.approvalTimeoutSeconds !== undefined && { approval_timeout_seconds: given.approvalTimeoutSeconds }),
  };
}

/** Parses constraints; undefined for null or no bytes. The codec has already refused values that are not objects. */
function constraintsIn(bytes: Uint8Array | undefined): JsonObject | undefined {
  return bytes === undefined || bytes.length === 0 ? undefined : objectOf(parseJson(Buffer.from(bytes).toString()));
}

/** Reads a string or a list of strings; undefined for null. Any other value becomes an empty string, and is refused. */
function textOrList(value: JsonValue): string | string[] | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  const texts = value.filter((item) => typeof item === 'string');
  return texts.length === value.length ? texts : '';
}
