import type { Bench, Figures } from '../bench.ts';
import { round } from '../measuring/percentile.ts';
import { classes, classOf } from './classes.ts';
import { judgeClass, type Verdict } from './judge-class.ts';
import { measureClass } from './measure-class.ts';

const whole = { rounds: 4, seconds: 15 };
const short = { rounds: 1, seconds: 6 };

/** Measures the times of quiet organizations, in turn alone and during each class of attack. */
export const neighbours: Bench = async ({ short: isShort, sizes, only, progress }) => {
  const length = { ...(isShort ? short : whole), ...sizes };
  const figures: Figures = {};
  const verdicts: Verdict[] = [];
  for (const name of only === undefined ? classes.keys() : [only]) {
    const observed = await measureClass(name, classOf(name), length, (line) =>
      progress(`neighbours, ${name}: ${line}`),
    );
    const verdict = judgeClass(observed);
    verdicts.push(verdict);
    figures[`${name}_holds`] = verdict.broken.length === 0 ? 'yes' : ['no', ...verdict.broken].join('\n');
    for (const [figure, value] of Object.entries(verdict.figures)) figures[`${name}_${figure}`] = value;
  }
  return { ...figures, ...totals(verdicts) };
};

/** Returns the figures over all classes, by which a change is judged. */
function totals(verdicts: readonly Verdict[]): Figures {
  const sum = (of: (verdict: Verdict) => number) => verdicts.reduce((total, verdict) => total + of(verdict), 0);
  return {
    classes: verdicts.length,
    broken_classes: sum(({ broken }) => Math.min(1, broken.length)),
    worst_reads_p99_beside_ms: round(Math.max(...verdicts.map(({ readsBesideMs }) => readsBesideMs))),
    failures_beside: sum(({ failuresBeside }) => failuresBeside),
    beyond_pod_limit: sum(({ beyondPodLimit }) => beyondPodLimit),
  };
}
