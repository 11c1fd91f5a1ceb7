import type { Violation } from '@drippulse/errors';
import { type JsonObject, type JsonValue, nearest } from '@drippulse/json';
import { resolveProvider } from '@drippulse/providers';
import { catalog, findAction } from '../actions/catalog.ts';
import { readHost } from '../guards/links.ts';
import { isJsonObject, objectOf } from '../json-objects.ts';

/** The members of a policy that limit tools, by their names in the API. */
export type ToolMembers = {
  allowed_integrations?: string[];
  allowed_actions?: string[];
  require_approval?: string | string[];
  action_constraints?: JsonObject;
  allowed_link_hosts?: string[];
  max_steps?: number;
  max_tool_calls?: number;
  approval_timeout_seconds?: number;
};

/** Allowed values of an argument: the contact's own value, a value of a list, or an object with only these members. */
export type Constraint = 'contact' | readonly JsonValue[] | { only: readonly string[] };

/** The tool limits of a policy, in the form that executions apply. */
export type ToolPolicy = {
  actions: ReadonlySet<string>;
  integrations: ReadonlySet<string>;
  /** Constraints by `<action>.<argument>`. */
  constraints: Readonly<Record<string, Constraint>>;
  linkHosts: ReadonlySet<string>;
  /** Whether a person must approve the action first. */
  needsApproval(action: { name: string; access: 'read' | 'write' }): boolean;
  maxSteps: number;
  maxToolCalls: number;
  approvalTimeoutMs: number;
};

export const toolDefaults = {
  require_approval: 'writes',
  max_steps: 8,
  max_tool_calls: 16,
  approval_timeout_seconds: 86_400,
};

const most = { constraints: 100, values: 100, hosts: 20 };

export function toolPolicyOf(members: ToolMembers): ToolPolicy {
  const full = { ...toolDefaults, ...members };
  const { require_approval: asked } = full;
  return {
    actions: new Set(members.allowed_actions),
    integrations: new Set((members.allowed_integrations ?? []).map((name) => resolveProvider(name) ?? name)),
    constraints: { ...usualConstraints(members), ...constraintsOf(members.action_constraints ?? {}) },
    linkHosts: new Set((members.allowed_link_hosts ?? []).flatMap((host) => readHost(host) ?? [])),
    needsApproval: ({ name, access }) =>
      Array.isArray(asked) ? asked.includes(name) : asked === 'all' || (asked === 'writes' && access === 'write'),
    maxSteps: full.max_steps,
    maxToolCalls: full.max_tool_calls,
    approvalTimeoutMs: full.approval_timeout_seconds * 1000,
  };
}

/** Returns the default constraints: actions that reach people may reach only the contact. */
function usualConstraints({ allowed_actions: names = [] }: ToolMembers): Record<string, Constraint> {
  const usual = names.flatMap((name) => {
    const action = findAction(name);
    return (action?.receivers ?? []).map((argument): [string, Constraint] => [
      `${name}.${argument}`,
      action !== undefined && Object.hasOwn(action.ofContact, argument) ? 'contact' : [],
    ]);
  });
  return Object.fromEntries(usual);
}

function constraintsOf(stored: JsonObject): Record<string, Constraint> {
  const read = Object.entries(stored).map(([name, value]) => [name, constraintOf(value)] as const);
  // An unreadable constraint forbids every value of the argument, as an empty list does.
  return Object.fromEntries(read.map(([name, constraint]) => [name, constraint ?? []]));
}

function constraintOf(value: JsonValue): Constraint | undefined {
  if (value === 'contact') return 'contact';
  if (Array.isArray(value)) return value;
  const only = objectOf(value)?.['only'];
  return Array.isArray(only) && only.every((one) => typeof one === 'string') ? { only } : undefined;
}

/** Returns the violations of a request's action names. */
export function actionProblems(names: readonly string[] | undefined): Violation[] {
  return (names ?? []).flatMap((name, index): Violation[] => {
    if (findAction(name) !== undefined) return [];
    const suggestion = nearest(name, catalog().keys());
    const problem = { field: `allowed_actions.${index}`, message: 'is not an action', code: 'enum' as const };
    return [{ ...problem, ...(suggestion !== undefined && { suggestion }) }];
  });
}

/** Returns the violations of a request's constraints. */
export function constraintProblems(constraints: JsonObject | undefined): Violation[] {
  const field = 'action_constraints';
  const entries = Object.entries(constraints ?? {});
  if (entries.length > most.constraints) {
    return [{ field, message: `must have at most ${most.constraints} members`, code: 'length' }];
  }
  return entries.flatMap(([name, value]): Violation[] => {
    const at = `${field}.${name}`;
    const { action, argument } = splitConstraint(name);
    const known = findAction(action);
    const properties = known?.schema['properties'];
    if (known === undefined || !isJsonObject(properties) || !Object.hasOwn(properties, argument)) {
      return [{ field: at, message: 'must be the name of an action and one of its arguments', code: 'invalid' }];
    }
    const constraint = constraintOf(value);
    if (constraint === undefined) {
      return [{ field: at, message: 'must be contact, a list, or an object with `only`', code: 'type' }];
    }
    if (constraint === 'contact' && !Object.hasOwn(known.ofContact, argument)) {
      return [{ field: at, message: 'is not an argument that the contact has', code: 'not_allowed' }];
    }
    const count = constraint === 'contact' ? 0 : 'only' in constraint ? constraint.only.length : constraint.length;
    return count > most.values
      ? [{ field: at, message: `must have at most ${most.values} values`, code: 'length' }]
      : [];
  });
}

/** Returns the violations of a request's link hosts. */
export function hostProblems(hosts: readonly string[] | undefined): Violation[] {
  const field = 'allowed_link_hosts';
  if (hosts === undefined) return [];
  if (hosts.length > most.hosts) return [{ field, message: `must have at most ${most.hosts} items`, code: 'length' }];
  return hosts.flatMap((host, index): Violation[] =>
    readHost(host) === undefined
      ? [{ field: `${field}.${index}`, message: 'must be the name of a host', code: 'format' }]
      : [],
  );
}

/** Splits a constraint's name: `email.send.to` is the argument `to` of the action `email.send`. */
function splitConstraint(name: string): { action: string; argument: string } {
  const dot = name.lastIndexOf('.');
  return { action: name.slice(0, Math.max(0, dot)), argument: name.slice(dot + 1) };
}
