import type { Violation } from '@drippulse/runtime';
import { type Cursor, type Problem, peek, startCursor } from './cursor.ts';
import { readElements, readMembers, skipValue } from './scanner.ts';

const maxPathLength = 256;

/**
 * Turns offsets into paths like `steps.2.config.duration` by reading the text a second time. Good input never comes
 * here, so that the first reading need not keep a path.
 */
export function violationsOf(text: string, problems: readonly Problem[], prefix: readonly string[] = []): Violation[] {
  const byOffset = new Map<number, Problem[]>();
  for (const problem of problems) byOffset.set(problem.at, [...(byOffset.get(problem.at) ?? []), problem]);
  const violations: Violation[] = [];
  const cursor = startCursor(text);
  const path = [...prefix];
  const report = (at: number): void => {
    for (const { message } of byOffset.get(at) ?? []) violations.push({ field: fieldPath(path), message });
  };
  walk(cursor, path, report);
  return violations;
}

function walk(cursor: Cursor, path: string[], report: (at: number) => void): void {
  const kind = peek(cursor);
  report(cursor.at);
  if (kind === 0x7b) {
    readMembers(cursor, 'syntax', (key, keyAt) => {
      path.push(key);
      report(keyAt);
      walk(cursor, path, report);
      path.pop();
    });
  } else if (kind === 0x5b) {
    readElements(cursor, (index) => {
      path.push(String(index));
      walk(cursor, path, report);
      path.pop();
    });
  } else {
    skipValue(cursor, 'syntax');
  }
}

/** A path that is safe to print: keys of the caller may hold anything. */
function fieldPath(path: readonly string[]): string {
  const joined = path.join('.').replaceAll('\0', '\ufffd');
  const cut = joined.length <= maxPathLength ? joined : `${joined.slice(0, maxPathLength - 1)}…`;
  return cut.toWellFormed();
}
