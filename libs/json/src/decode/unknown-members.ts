import type { DescMessage } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import { addProblem, type Cursor, type Fault, hasRoom } from '../cursor.ts';
import { nearest } from '../nearest.ts';
import type { Parts } from '../parts.ts';
import { pathText } from '../problem-paths.ts';
import { skipParts } from '../skip-value.ts';

/** Returns the fault of an unknown name. `noun` is the kind of the named thing, such as a parameter. */
export function unknownMember(name: string, known: Iterable<string>, noun = 'member'): Fault {
  const suggestion = nearest(name, known);
  const message = `is not a known ${noun}`;
  if (suggestion === undefined) return { message, code: 'unknown_member' };
  return { message: `${message}; did you mean ${suggestion}?`, code: 'unknown_member', suggestion };
}

/** Skips the value of an unknown member. A strict reading records the member. */
export function passUnknown(cursor: Cursor, name: string, at: number, known: () => Iterable<string>): Parts<void> {
  if (cursor.isStrict && hasRoom(cursor)) addProblem(cursor, at, unknownMember(name, known()));
  return skipParts(cursor, 'strings');
}

const maxParameters = 100;

/**
 * Finds the parameters of a query that a method does not accept. `desc` is the message of the method's body, if it has
 * one.
 */
export function unknownParameters(
  query: URLSearchParams,
  known: ReadonlySet<string>,
  body: DescMessage | undefined,
): Violation[] {
  const violations: Violation[] = [];
  for (const name of new Set(query.keys())) {
    if (violations.length === maxParameters) break;
    const bare = name.endsWith('[]') ? name.slice(0, -2) : name;
    if (known.has(bare)) continue;
    const isMember = body?.fields.some((field) => field.name === bare) === true;
    const fault: Fault = isMember
      ? { message: 'is not a known parameter: send it in the body', code: 'unknown_member' }
      : unknownMember(bare, known, 'parameter');
    violations.push({ field: pathText([name]), ...fault });
  }
  return violations;
}
