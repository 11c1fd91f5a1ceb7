import { eventFilterOf, type JsonObject, readSteps, type Verdict } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { isRawNumber, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';

/** Decides by the body of an event whether it is delivered. */
export type Filter = (body: JsonObject, now: Date) => Verdict;

const compiledAtMost = 1000;
const compiled = new Map<string, Filter>();

/** The rule in its stored form `{match, conditions}`, checked exactly as the step `condition`. */
export function readFilter(text: string): string {
  const given = parseJson(text);
  const { steps, problems } = readRule(given);
  const config = steps[0]?.config;
  if (problems.length > 0 || config === undefined) throw refusal(problems);
  return stringifyJson({ match: config['match'] ?? 'all', conditions: config['conditions'] ?? [] });
}

/** The filter of a stored rule. Compiled once, because every event runs every filter of its organization. */
export function compileFilter(text: string): Filter {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  if (compiled.size >= compiledAtMost) compiled.clear();
  const given = parseJson(text);
  const decide = eventFilterOf(isObject(given) ? given : {});
  const filter: Filter = (body, now) => decide(body, { now, timezone: 'UTC' });
  compiled.set(text, filter);
  return filter;
}

/** The rule as a workflow of two steps, so that conditions are checked only by the engine. */
function readRule(given: JsonValue) {
  const fields: JsonObject = isObject(given) ? given : {};
  const { match = null, conditions = null } = fields;
  const rule: JsonObject = { id: 'rule', type: 'condition', match, conditions, on_true: 'next', on_false: 'end' };
  const workflow: JsonValue[] = [rule, { id: 'matched', type: 'end' }];
  return readSteps(stringifyJson(workflow), { active: true, makeId: () => 'rule' });
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

function refusal(problems: readonly Violation[]): DomainError {
  const violations = problems.map(({ field, message, phrase: _, ...hints }) => ({
    ...hints,
    field: field.replace(/^steps\.0(\.config)?/, 'filter'),
    message: message.replace(/^Step 0 \(condition\): (conditions[\w.]* |match )?/, ''),
  }));
  return new DomainError('invalid', 'invalid_filter', 'filter is not a rule of {match, conditions}', { violations });
}
