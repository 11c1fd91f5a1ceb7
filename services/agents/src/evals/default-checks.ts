import type { JsonObject } from '@drippulse/json';
import { objectOf, storedObject } from '../json-objects.ts';
import type { Check } from './checks.ts';

/**
 * The members that make up the decision of a scorer or a router. Weights, turns and notes may differ between versions.
 */
const decided: Readonly<Record<string, readonly string[]>> = {
  scorer: ['qualified'],
  router: ['priority', 'next_action', 'sla_hours'],
};

const mostChecks = 20;

/** Returns the checks of a case that was made from an execution without checks: the decision must stay the same. */
export function defaultChecks(kind: string, output: JsonObject, outputSchema: string | null): Check[] {
  const names = kind === 'llm' ? boundedNames(outputSchema) : (decided[kind] ?? Object.keys(output));
  return names
    .flatMap((name) => {
      const value = Object.hasOwn(output, name) ? output[name] : undefined;
      return value === undefined || name.includes('.') ? [] : [{ path: name, equals: value }];
    })
    .slice(0, mostChecks);
}

/**
 * Returns the members that a schema limits to a boolean or a list of values. Other members are left out, because free
 * text differs between any two answers.
 */
function boundedNames(outputSchema: string | null): string[] {
  const properties = objectOf(storedObject(outputSchema)['properties']) ?? {};
  return Object.entries(properties).flatMap(([name, schema]) => {
    const { type, enum: choices } = objectOf(schema) ?? {};
    return type === 'boolean' || Array.isArray(choices) ? [name] : [];
  });
}
