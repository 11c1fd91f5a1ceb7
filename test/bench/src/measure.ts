import { loadavg } from 'node:os';
import type { Bench, Figures, Options } from './bench.ts';
import { type Better, judgedOf } from './judged.ts';

/** If other work loads the machine more than this, absolute figures mean little; ratios still do. */
const quietLoad = 0.2;

/**
 * The figures of one run, including the machine's load before it, and the direction in which each judged figure gets
 * better.
 */
export type Measured = { figures: Figures; better: Record<string, Better> };

export async function measure(name: string, bench: Bench, options: Options): Promise<Measured> {
  const [load = Number.NaN] = loadavg();
  const measured = await bench(options);
  const better = [...judgedOf(name)].map(([figure, judged]) => [figure, judged.better] as const);
  return {
    figures: { ...measured, load_before: Math.round(load * 100) / 100, counts: load < quietLoad ? 'yes' : 'no' },
    better: Object.fromEntries(better),
  };
}
