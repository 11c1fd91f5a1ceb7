import type { Outcome } from './run-chaos.ts';

/** An outcome as a person reads it. */
export function report(outcome: Outcome, minutes: number): string {
  const { seed, enrollments, lines, effects, repeats, events, faults, stalls, promises } = outcome;
  const violations = promises.flatMap(({ violations }) => violations);
  return [
    `${enrollments} enrollments, ${lines} lines, ${effects} effects (${repeats} repeats), ${events} events`,
    '',
    ...Object.entries(faults).map(([name, { inflicted, met }]) => `${name.padEnd(28)}${met} of ${inflicted}`),
    ...(stalls > 0 ? [`(the machine itself held a process for half a second or more ${stalls} times)`] : []),
    '',
    ...promises.map(({ promise, violations: against }) => `${against.length === 0 ? '✓' : '✗'} ${promise}`),
    ...violations.slice(0, 50).map((violation) => `  ${violation}`),
    '',
    `${violations.length === 0 ? 'Nothing lost, nothing doubled.' : `${violations.length} violations.`} Repeat it with: npm run chaos -- --seed ${seed} --minutes ${minutes}`,
  ].join('\n');
}
