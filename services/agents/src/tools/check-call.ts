import { checkJsonText, type JsonObject, type JsonValue } from '@drippulse/json';
import type { Action, Performance } from '../actions/action.ts';
import { findAction } from '../actions/catalog.ts';
import { hasInvisible, textsIn } from '../guards/invisible.ts';
import { foreignLinks } from '../guards/links.ts';
import { isJsonObject } from '../json-objects.ts';
import type { ToolPolicy } from '../policies/tool-policy.ts';
import { type Contact, constraintProblem } from './constraints.ts';

/** A call as the model requested it, or as a person edited it. */
export type AskedCall = { name: string; input: string };

/** The facts that the checks of a call need. */
export type CallPlace = {
  /** The policy at the start of the execution, and the policy in force. A call is refused if either forbids it. */
  policies: readonly ToolPolicy[];
  contact: Contact;
  hasEnrollment: boolean;
};

/** A call that may be performed, after the approval of a person if one is needed. */
export type CheckedCall = {
  action: Action;
  arguments: JsonObject;
  performance: Performance;
  needsApproval: boolean;
};

export type Refusal = {
  /** `denied` means that a policy forbids the call, `invalid` that the call is malformed. */
  why: 'denied' | 'invalid';
  problem: string;
};

const longestArguments = 32 * 1024;

/**
 * Checks a call against the policies in force. Runs before a person is asked, and again before the call is performed.
 */
export function checkCall({ name, input }: AskedCall, place: CallPlace): CheckedCall | { refused: Refusal } {
  const action = findAction(name);
  if (action === undefined || !isOffered(action, place)) {
    return refuse('denied', `${name.slice(0, 100)} is not allowed here.`);
  }
  const given = readArguments(input);
  if (given === undefined) return refuse('invalid', 'The arguments must be one JSON object of at most 32 KiB.');
  const read = action.read(given);
  if ('problem' in read) return refuse('invalid', read.problem.slice(0, 1_000));
  for (const policy of place.policies) {
    const problem =
      constraintProblem(policy, action, { given, contact: place.contact }) ?? linkProblem(policy, action, given);
    if (problem !== undefined) return refuse('denied', problem);
  }
  const receivers = action.receivers.flatMap((argument) => textsIn(given[argument] ?? null));
  if (receivers.some(hasInvisible)) return refuse('denied', 'An address has characters that nobody sees.');
  return {
    action,
    arguments: given,
    performance: read.performance,
    needsApproval: place.policies.some((policy) => policy.needsApproval(action)),
  };
}

/** Whether an action is shown to a model. */
export function isOffered(
  { name, integration, needsEnrollment }: Action,
  { policies, hasEnrollment }: Pick<CallPlace, 'policies' | 'hasEnrollment'>,
): boolean {
  if (needsEnrollment && !hasEnrollment) return false;
  return policies.every(
    ({ actions, integrations }) => actions.has(name) && (integration === undefined || integrations.has(integration)),
  );
}

/** Returns the problem of a write that contains a link to a host that is not allowed. */
function linkProblem({ linkHosts }: ToolPolicy, { access }: Action, given: JsonObject): string | undefined {
  if (access === 'read') return undefined;
  const [link] = textsIn(given).flatMap((text) => foreignLinks(text, linkHosts));
  return link === undefined ? undefined : `Links to ${link} are not allowed.`;
}

/**
 * Parses the arguments of a call; undefined unless they are one JSON object within the limits. Numbers become doubles,
 * so that the values that are shown to people and hashed are exactly those that are sent.
 */
export function readArguments(input: string): JsonObject | undefined {
  if (Buffer.byteLength(input) > longestArguments) return undefined;
  const text = input.trim() === '' ? '{}' : input;
  try {
    if (checkJsonText(text, ['arguments']).length > 0) return undefined;
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function refuse(why: Refusal['why'], problem: string): { refused: Refusal } {
  return { refused: { why, problem } };
}
