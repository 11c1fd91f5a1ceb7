import type { TestRun } from '../src/index.ts';

/** A line of a live run's timeline, in test mode. */
export type LiveLine = { stepId: string; status: string; message: string; warnings: readonly string[] };

/** The results of a live run. */
export type LiveRun = { status: string; data: unknown; lines: readonly LiveLine[] };

/**
 * Throws unless a live run, with stubbed effects and with parkings settled as the stubs say, did the same as the test
 * run: equal steps in order, with equal status, messages and warnings, and equal data. Times are left out, because a
 * test run does not wait. Previews are left out, because a live run has no previews.
 */
export function requireAgreement(test: TestRun, live: LiveRun): void {
  let at = 0;
  for (const { id, status, logs } of test.steps) {
    const said: string[] = [];
    for (let isSame = true; isSame; ) {
      const line = live.lines[at];
      if (line?.stepId !== id) throw new Error(`live came to ${line?.stepId ?? 'its end'}, and the test run to ${id}`);
      said.push(line.message, ...line.warnings.map((warning) => `[test] Warning: ${warning}`));
      at += 1;
      isSame = line.status === 'waiting';
      if (!isSame) requireEqual(line.status, status, id);
    }
    const previews = logs.length - said.length;
    if (previews !== 0 && previews !== 1)
      throw new Error(`${id}: live said ${said.join(' | ')}, not ${logs.join(' | ')}`);
    for (const [index, text] of said.entries()) requireEqual(withoutTimes(text), withoutTimes(logs[index] ?? ''), id);
  }
  requireEqual(at, live.lines.length, 'lines');
  requireEqual(live.status, test.status, 'status');
  requireEqual(sorted(live.data), sorted(test.data), 'data');
}

function withoutTimes(text: string): string {
  return text.replace('Would wait', 'Waiting').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then');
}

function requireEqual(live: unknown, test: unknown, what: string): void {
  if (live !== test) throw new Error(`${what}: live has ${String(live)}, and the test run ${String(test)}`);
}

/** Returns JSON text with members in order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
