import type { JsonObject } from '@drippulse/json';
import { objectOf, storedObject } from '../json-objects.ts';
import type { Check } from './checks.ts';

/** What a scorer and a router decide. Weights, turns and notes may change. */
const decided: Readonly<Record<string, readonly string[]>> = {
  scorer: ['qualified'],
  router: ['priority', 'next_action', 'sla_hours'],
};

const mostChecks = 20;

/** The checks of a case that was made of an execution, where its maker gave none: what it decided has to stay. */
export function defaultChecks(kind: string, output: JsonObject, outputSchema: string | null): Check[] {
  const names = kind === 'llm' ? boundedNames(outputSchema) : (decided[kind] ?? Object.keys(output));
  return names
    .flatMap((name) => {
      const value = Object.hasOwn(output, name) ? output[name] : undefined;
      return value === undefined || name.includes('.') ? [] : [{ path: name, equals: value }];
    })
    .slice(0, mostChecks);
}

/** Members that a schema bounds by a boolean or a list of values. Of free text no two answers are the same. */
function boundedNames(outputSchema: string | null): string[] {
  const properties = objectOf(storedObject(outputSchema)['properties']) ?? {};
  return Object.entries(properties).flatMap(([name, schema]) => {
    const { type, enum: choices } = objectOf(schema) ?? {};
    return type === 'boolean' || Array.isArray(choices) ? [name] : [];
  });
}
