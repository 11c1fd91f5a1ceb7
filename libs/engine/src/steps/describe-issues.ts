import type { z } from 'zod';
import type { ConfigProblem } from './step-type.ts';

type Issue = z.core.$ZodIssue;

/** Turns the issues of zod into phrases that follow the parameter's name: "must be at least 1". */
export function describeIssues(issues: readonly Issue[], input: unknown): ConfigProblem[] {
  return issues.flatMap((issue) => describe(issue, [], input));
}

function describe(issue: Issue, parent: readonly PropertyKey[], input: unknown): ConfigProblem[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'invalid_union') {
    // The last option of a union is the value itself; the others are templates.
    return (issue.errors.at(-1) ?? []).flatMap((inner) => describe(inner, path, input));
  }
  return [
    { path, message: valueAt(input, path) === undefined && issue.code !== 'custom' ? 'is required' : phrase(issue) },
  ];
}

function phrase(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${nouns[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `must ${size(issue.origin, `at least ${issue.minimum}`, issue.minimum)}`;
    case 'too_big':
      return `must ${size(issue.origin, `at most ${issue.maximum}`, issue.maximum)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'not_multiple_of':
      return 'must be a whole number';
    default:
      return issue.message;
  }
}

const nouns: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

function size(origin: string, limit: string, count: number | bigint): string {
  if (origin === 'string') return count === 1 ? 'not be empty' : `have ${limit} characters`;
  if (origin === 'array') return `have ${limit} item${count === 1 ? '' : 's'}`;
  return `be ${limit}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (isIndexable(value) ? value[key] : undefined), input);
}

function isIndexable(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
