import type { JsonObject, JsonValue } from '@drippulse/json';
import type { Action } from '../actions.ts';

/** Fields that name receivers. */
const receiving = ['to', 'cc', 'bcc', 'email', 'user', 'attendees', 'requester_email'] as const;
const address = /[^\s@<>,;:"()]+@[^\s@<>,;:"()]+/g;

/**
 * Whether an action has a field that names receivers. If there is no such field, suppressions and caps cannot be
 * checked.
 */
export function namesReceivers({ input }: Pick<Action, 'input'>): boolean {
  return receiving.some((name) => Object.hasOwn(input.shape, name));
}

/** Returns the mail addresses that an action with this payload reaches, each once, in lower case. */
export function receiversOf(payload: JsonObject): string[] {
  const found = receiving.flatMap((name) => addressesIn(payload[name]));
  return [...new Set(found.map((one) => one.toLowerCase()))];
}

/**
 * Returns the addresses to which an action with this payload writes; undefined if it writes to nobody. An empty list
 * means a person whom the payload does not name.
 */
export function writesTo(action: Action, payload: JsonObject): string[] | undefined {
  const { reaches, writing } = action;
  if (reaches !== 'people' || writing?.when?.(payload) === false) return undefined;
  const found = receiversOf(payload);
  return found.length === 0 && namesReceivers(action) ? undefined : found;
}

function addressesIn(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return value.match(address) ?? [];
  if (Array.isArray(value)) return value.flatMap(addressesIn);
  return typeof value === 'object' && value !== null
    ? // Each member of a JSON value is a JSON value too.
      Object.values(value).flatMap((member) => addressesIn(member as JsonValue))
    : [];
}
