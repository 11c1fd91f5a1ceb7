import { type JsonObject, type JsonValue, stringifyJson } from '@drippulse/json';
import { storedObject } from '../json-objects.ts';
import { toolDefaults } from './tool-policy.ts';

/** The members of a policy that are set, by their names in the API. */
export type Policy = {
  max_cost_usd_per_execution?: number;
  max_cost_usd_per_day?: number;
  timeout_seconds?: number;
  max_retries?: number;
  rate_limit_per_minute?: number;
  allowed_integrations?: string[];
  allowed_actions?: string[];
  require_approval?: string | string[];
  log_reasoning?: boolean;
  model?: string;
  on_exceeded?: string;
  fallback_models?: string[];
  max_output_tokens?: number;
  retry_uncertain?: boolean;
  action_constraints?: JsonObject;
  allowed_link_hosts?: string[];
  max_steps?: number;
  max_tool_calls?: number;
  approval_timeout_seconds?: number;
};

/** Defaults for the members of a policy. */
export const policyDefaults = {
  max_cost_usd_per_execution: 0.5,
  timeout_seconds: 60,
  max_retries: 2,
  ...toolDefaults,
  log_reasoning: true,
  on_exceeded: 'stop',
  max_output_tokens: 1024,
  retry_uncertain: false,
};

export const policyNames = [
  ...['max_cost_usd_per_execution', 'max_cost_usd_per_day', 'timeout_seconds', 'max_retries', 'rate_limit_per_minute'],
  ...['allowed_integrations', 'allowed_actions', 'require_approval', 'log_reasoning', 'model'],
  ...['on_exceeded', 'fallback_models', 'max_output_tokens', 'retry_uncertain', 'action_constraints'],
  ...['allowed_link_hosts', 'max_steps', 'max_tool_calls', 'approval_timeout_seconds'],
] as const;

/** Parses a stored policy. */
export function parsePolicy(text: string): Policy {
  const stored = storedObject(text);
  const known = policyNames.flatMap((name) =>
    Object.hasOwn(stored, name) ? [[name, plain(stored[name] ?? null)] as const] : [],
  );
  return Object.fromEntries(known) as Policy; // this service wrote the text, by `readPolicy`
}

/** Converts numbers that were parsed without loss of digits, such as amounts of money, to doubles. */
function plain(value: JsonValue): unknown {
  return JSON.parse(stringifyJson(value));
}
