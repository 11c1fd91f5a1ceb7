import { renderOnce } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';
import { nearest, parseJson, stringifyJson } from '@drippulse/json';
import { z } from 'zod';
import { findTarget, membersOf } from './targets.ts';
import { transformSchema } from './transforms.ts';

const column = z.string().min(1).max(1_000);
/** A transform without options may be written as its name alone. */
const transform = z.preprocess((given) => (typeof given === 'string' ? { type: given } : given), transformSchema);

const entrySchema = z.strictObject({
  from: column.optional(),
  value: z.string().min(1).max(10_000).optional(),
  to: z.string().min(1).max(100),
  transform: transform.optional(),
  default: z.string().max(1_000).optional(),
});

/** The mapping of one member of a record. */
export type MappingEntry = z.output<typeof entrySchema>;
export type Mapping = readonly MappingEntry[];

const mappingSchema = z.array(entrySchema).max(200);

/** Reads a mapping for records of a collection, or returns its violations. */
export function readMapping(text: string, collection: string): { mapping: Mapping } | { violations: Violation[] } {
  const { data, error } = mappingSchema.safeParse(JSON.parse(stringifyJson(parseJson(text))));
  if (error !== undefined) {
    return {
      violations: error.issues.map(({ path, message }) => ({
        field: ['mapping', ...path.map(String)].join('.'),
        message: `is not valid: ${message}`,
        code: 'invalid' as const,
      })),
    };
  }
  const violations = data.flatMap((entry, index) => problemsOf(entry, index, data, collection));
  return violations.length > 0 ? { violations } : { mapping: data };
}

function problemsOf(entry: MappingEntry, index: number, all: Mapping, collection: string): Violation[] {
  const at = `mapping.${index}`;
  const { from, value, to, transform: done } = entry;
  if (findTarget(collection, to) === undefined) {
    const suggestion = nearest(to, [...membersOf(collection).keys()]);
    const message = `is not a member of ${collection}`;
    return [{ field: `${at}.to`, message, code: 'not_found', ...(suggestion !== undefined && { suggestion }) }];
  }
  if (all.findIndex((other) => other.to === to) !== index) {
    return [{ field: `${at}.to`, message: 'is already filled by an earlier entry', code: 'duplicate' }];
  }
  if (from !== undefined && value !== undefined) {
    return [{ field: `${at}.value`, message: 'can only be used without from', code: 'not_allowed' }];
  }
  if (from === undefined && value === undefined && done?.type !== 'first_of') {
    return [{ field: `${at}.from`, message: 'or value is required', code: 'required' }];
  }
  const problem = value === undefined ? undefined : templateProblem(value);
  return problem === undefined ? [] : [{ field: `${at}.value`, message: problem, code: 'format' }];
}

function templateProblem(text: string): string | undefined {
  const rendered = renderOnce({ text }, { data: {}, now: new Date(0), timezone: 'UTC' });
  return 'problems' in rendered ? rendered.problems.find(({ isInvalid }) => isInvalid)?.message : undefined;
}

/** Parses a mapping that `readMapping` has accepted. */
export function storedMapping(text: string): Mapping {
  return mappingSchema.parse(JSON.parse(text));
}

/** Returns the columns that a mapping reads. */
export function columnsOf(mapping: Mapping): string[] {
  const named = mapping.flatMap(({ from, transform: done }) => [
    ...(from === undefined ? [] : [from]),
    ...(done?.type === 'first_of' ? done.columns : []),
  ]);
  return [...new Set(named)];
}
