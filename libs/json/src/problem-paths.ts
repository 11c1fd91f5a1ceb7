import type { Violation } from '@drippulse/errors';
import { type Cursor, type Problem, peek, startCursor } from './cursor.ts';
import { finish, type Parts } from './parts.ts';
import { readElements, readMembers } from './scanner.ts';
import { skipParts } from './skip-value.ts';

const maxPathLength = 256;

/**
 * Turns offsets into paths like `steps.2.config.duration` by reading the text a second time. This way, the first
 * reading, which is all that valid input needs, does not have to track paths.
 */
export function violationsOf(text: string, problems: readonly Problem[], prefix: readonly string[] = []): Violation[] {
  return finish(violationParts(text, problems, prefix));
}

/** Does the work of `violationsOf` in parts. */
export function* violationParts(
  text: string,
  problems: readonly Problem[],
  prefix: readonly string[] = [],
): Parts<Violation[]> {
  const byOffset = new Map<number, Problem[]>();
  for (const problem of problems) byOffset.set(problem.at, [...(byOffset.get(problem.at) ?? []), problem]);
  const violations: Violation[] = [];
  const cursor = startCursor(text);
  const path = [...prefix];
  const report = (at: number): void => {
    for (const { at: _, ...fault } of byOffset.get(at) ?? []) violations.push({ field: pathText(path), ...fault });
  };
  yield* walk(cursor, path, report);
  return violations;
}

function* walk(cursor: Cursor, path: string[], report: (at: number) => void): Parts<void> {
  const kind = peek(cursor);
  report(cursor.at);
  if (kind === 0x7b) {
    yield* readMembers(cursor, 'syntax', walkInto);
  } else if (kind === 0x5b) {
    yield* readElements(cursor, (index) => walkInto(String(index)));
  } else {
    yield* skipParts(cursor, 'syntax');
  }

  function* walkInto(step: string, keyAt?: number): Parts<void> {
    // A key is cut to the maximum length of a path, so that a hundred problems below a long key do not copy it a
    // hundred times.
    path.push(step.slice(0, maxPathLength + 1));
    if (keyAt !== undefined) report(keyAt);
    yield* walk(cursor, path, report);
    path.pop();
  }
}

/** Returns a path that is safe to print, because the caller's keys may contain anything. */
export function pathText(path: readonly string[]): string {
  const joined = path.join('.').replaceAll('\0', '\ufffd');
  const cut = joined.length <= maxPathLength ? joined : `${joined.slice(0, maxPathLength - 1)}…`;
  return cut.toWellFormed();
}
