import type { ViolationCode } from '@drippulse/errors';
import { nearest } from '@drippulse/json';
import type { z } from 'zod';

/** A problem of one field of an input: the field's path, and a message that continues a sentence about the field. */
export type InputProblem = {
  path: readonly string[];
  message: string;
  code: ViolationCode;
  allowed?: string[];
  suggestion?: string;
};

const nouns: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Converts issues from zod to problems. `known` returns the names of the fields at a path, for suggestions. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  known: (path: readonly string[]) => readonly string[],
): InputProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownField(path, name, known(path)));
    return [{ path, ...faultOf(issue) }];
  });
}

export function unknownField(path: readonly string[], name: string, known: readonly string[]): InputProblem {
  const suggestion = nearest(name, known);
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return {
    path: [...path, name],
    message: `is not a field of this action${meant}`,
    code: 'unknown_member',
    allowed: [...known],
    ...(suggestion !== undefined && { suggestion }),
  };
}

type Fault = Omit<InputProblem, 'path'>;

function faultOf(issue: z.core.$ZodIssue): Fault {
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) {
    return { message: 'is required', code: 'required' };
  }
  switch (issue.code) {
    case 'invalid_type':
      return { message: `must be ${nouns[issue.expected] ?? issue.expected}`, code: 'type' };
    case 'invalid_value':
      return {
        message: `must be one of ${issue.values.map(String).join(', ')}`,
        code: 'enum',
        allowed: issue.values.map(String),
      };
    case 'too_small':
      return { message: sized(issue.origin, 'at least', issue.minimum), code: codeOfSize(issue.origin) };
    case 'too_big':
      return { message: sized(issue.origin, 'at most', issue.maximum), code: codeOfSize(issue.origin) };
    case 'invalid_format':
      return { message: formats[issue.format] ?? issue.message, code: 'format' };
    case 'invalid_union':
      return { message: 'does not have an allowed form', code: 'type' };
    default:
      return { message: issue.message, code: 'invalid' };
  }
}

const formats: Readonly<Record<string, string>> = {
  email: 'must be an email address',
  url: 'must be a URL',
  datetime: 'must be a timestamp such as 2026-12-01T09:00:00Z',
  date: 'must be a date such as 2026-12-01',
};

function sized(origin: string, bound: string, count: number | bigint): string {
  if (origin === 'string')
    return count === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${count} characters`;
  if (origin === 'array') return `must have ${bound} ${count} ${count === 1 ? 'item' : 'items'}`;
  return `must be ${bound} ${count}`;
}

function codeOfSize(origin: string): ViolationCode {
  return origin === 'string' || origin === 'array' ? 'length' : 'range';
}
