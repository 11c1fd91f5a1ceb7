import type { JsonObject } from '@drippulse/json';
import { objectOf, storedObject } from '../json-objects.ts';
import type { Check } from './checks.ts';

/** Members of the decision of a scorer and a router. Weights, turns and notes may change. */
const decided: Readonly<Record<string, readonly string[]>> = {
  scorer: ['qualified'],
  router: ['priority', 'next_action', 'sla_hours'],
};

const mostChecks = 20;

/** Returns the checks of a case made from an execution, if its maker gave none: the decision must stay the same. */
export function defaultChecks(kind: string, output: JsonObject, outputSchema: string | null): Check[] {
  const names = kind === 'llm' ? boundedNames(outputSchema) : (decided[kind] ?? Object.keys(output));
  return names
    .flatMap((name) => {
      const value = Object.hasOwn(output, name) ? output[name] : undefined;
      return value === undefined || name.includes('.') ? [] : [{ path: name, equals: value }];
    })
    .slice(0, mostChecks);
}

/** Members that a schema bounds by a boolean or a list of values. Two answers in free text are never the same. */
function boundedNames(outputSchema: string | null): string[] {
  const properties = objectOf(storedObject(outputSchema)['properties']) ?? {};
  return Object.entries(properties).flatMap(([name, schema]) => {
    const { type, enum: choices } = objectOf(schema) ?? {};
    return type === 'boolean' || Array.isArray(choices) ? [name] : [];
  });
}
