import type { MessageInitShape } from '@bufbuild/protobuf';
import { stringifyJson } from '@drippulse/json';
import type { ExecutionPolicySchema } from '@drippulse/proto/drippulse/agents/v1/policies_pb';
import { onExceededTexts } from '../texts.ts';
import { type Policy, policyDefaults } from './policy.ts';

/** Converts a policy with its defaults to the form of the API. */
export function policyToProto(policy: Policy): MessageInitShape<typeof ExecutionPolicySchema> {
  const full = { ...policyDefaults, ...policy };
  return {
    maxCostUsdPerExecution: full.max_cost_usd_per_execution,
    ...(policy.max_cost_usd_per_day !== undefined && { maxCostUsdPerDay: policy.max_cost_usd_per_day }),
    timeoutSeconds: full.timeout_seconds,
    maxRetries: full.max_retries,
    ...(policy.rate_limit_per_minute !== undefined && { rateLimitPerMinute: policy.rate_limit_per_minute }),
    allowedIntegrations: policy.allowed_integrations ?? [],
    allowedActions: policy.allowed_actions ?? [],
    requireApproval: Buffer.from(JSON.stringify(full.require_approval)),
    logReasoning: full.log_reasoning,
    ...(policy.model !== undefined && { model: policy.model }),
    onExceeded: onExceededTexts.numberOf(full.on_exceeded),
    fallbackModels: policy.fallback_models ?? [],
    maxOutputTokens: full.max_output_tokens,
    retryUncertain: full.retry_uncertain,
    ...(policy.action_constraints !== undefined && {
      actionConstraints: Buffer.from(stringifyJson(policy.action_constraints)),
    }),
    allowedLinkHosts: policy.allowed_link_hosts ?? [],
    maxSteps: full.max_steps,
    maxToolCalls: full.max_tool_calls,
    approvalTimeoutSeconds: full.approval_timeout_seconds,
  };
}
