import type { JsonObject, JsonValue } from '@drippulse/json';
import type { Action, ContactMember } from '../actions/action.ts';
import { canonicalJson, isJsonObject } from '../json-objects.ts';
import type { Constraint, ToolPolicy } from '../policies/tool-policy.ts';

/** The contact of an execution, as the platform has stored it. It contains no text that a model wrote. */
export type Contact = Readonly<Partial<Record<ContactMember, string>>>;

/** Returns the first violation of a policy's constraints by an action's arguments. */
export function constraintProblem(
  { constraints }: Pick<ToolPolicy, 'constraints'>,
  action: Pick<Action, 'name' | 'ofContact'>,
  { given, contact }: { given: JsonObject; contact: Contact },
): string | undefined {
  const prefix = `${action.name}.`;
  for (const [name, constraint] of Object.entries(constraints)) {
    if (!name.startsWith(prefix)) continue;
    const argument = name.slice(prefix.length);
    // The schema decides whether an argument may be omitted.
    if (!Object.hasOwn(given, argument)) continue;
    const problem = problemOf(constraint, given[argument] ?? null, contactValue(action, argument, contact));
    if (problem !== undefined) return `${argument} ${problem}`;
  }
  return undefined;
}

function contactValue(
  { ofContact }: Pick<Action, 'ofContact'>,
  argument: string,
  contact: Contact,
): string | undefined {
  const member = Object.hasOwn(ofContact, argument) ? ofContact[argument] : undefined;
  return member === undefined ? undefined : contact[member];
}

function problemOf(constraint: Constraint, value: JsonValue, ofContact: string | undefined): string | undefined {
  if (constraint === 'contact') {
    const isSame = ofContact !== undefined && typeof value === 'string' && sameText(value, ofContact);
    return isSame ? undefined : "must be the contact's own";
  }
  if ('only' in constraint) {
    const names = isJsonObject(value) ? Object.keys(value) : undefined;
    if (names === undefined) return 'must be an object';
    const other = names.find((name) => !constraint.only.includes(name));
    return other === undefined ? undefined : `may not have the member ${other}`;
  }
  const text = canonicalJson(value);
  return constraint.some((one) => canonicalJson(one) === text) ? undefined : 'is not among the values that are allowed';
}

/** Compares email addresses or ids, ignoring case but not surrounding space. */
function sameText(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
