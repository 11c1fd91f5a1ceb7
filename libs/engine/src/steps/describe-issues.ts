import { type ViolationCode, violationCodes } from '@drippulse/errors';
import { nearest } from '@drippulse/json';
import type { z } from 'zod';
import type { ConfigProblem } from './step-type.ts';

type Issue = z.core.$ZodIssue;

/**
 * Turns the issues of zod into phrases that follow the parameter's name: "must be at least 1". Keeps only the first
 * problem of each value: for a string that should be an array, zod also reports a wrong length.
 */
export function describeIssues(issues: readonly Issue[], input: unknown): ConfigProblem[] {
  const byPath = new Map<string, ConfigProblem>();
  for (const problem of issues.flatMap((issue) => describe(issue, [], input))) {
    const key = JSON.stringify(problem.path);
    if (!byPath.has(key)) byPath.set(key, problem);
  }
  return [...byPath.values()];
}

function describe(issue: Issue, parent: readonly PropertyKey[], input: unknown): ConfigProblem[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'invalid_union') {
    // The last option of a union is the value itself; all other options are templates.
    return (issue.errors.at(-1) ?? []).flatMap((inner) => describe(inner, path, input));
  }
  const value = valueAt(input, path);
  const isMissing = value === undefined && issue.code !== 'custom';
  return [{ path, ...(isMissing ? { message: 'is required', code: 'required' } : fault(issue, value)) }];
}

function fault(issue: Issue, value: unknown): Omit<ConfigProblem, 'path'> {
  switch (issue.code) {
    case 'invalid_type':
      return { message: `must be ${nouns[issue.expected] ?? issue.expected}`, code: 'type' };
    case 'too_small':
      return sized(issue.origin, `at least ${issue.minimum}`, issue.minimum);
    case 'too_big':
      return sized(issue.origin, `at most ${issue.maximum}`, issue.maximum);
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const suggestion = typeof value === 'string' ? nearest(value, allowed) : undefined;
      const message = `must be one of ${allowed.join(', ')}`;
      return { message, code: 'enum', allowed, ...(suggestion !== undefined && { suggestion }) };
    }
    case 'not_multiple_of':
      return { message: 'must be a whole number', code: 'type' };
    case 'invalid_format':
      return { message: issue.message, code: 'format' };
    case 'custom':
      return { message: issue.message, code: codeIn(issue.params) };
    default:
      return { message: issue.message };
  }
}

/** Returns the violation code that one of the engine's own checks attached to its message. */
function codeIn(params: Record<string, unknown> | undefined): ViolationCode {
  return violationCodes.find((code) => code === params?.['code']) ?? 'invalid';
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

function sized(origin: string, limit: string, count: number | bigint): Omit<ConfigProblem, 'path'> {
  if (origin === 'string') {
    return { message: count === 1 ? 'must not be empty' : `must have ${limit} characters`, code: 'length' };
  }
  if (origin === 'array') return { message: `must have ${limit} item${count === 1 ? '' : 's'}`, code: 'length' };
  return { message: `must be ${limit}`, code: 'range' };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (isIndexable(value) ? value[key] : undefined), input);
}

function isIndexable(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
