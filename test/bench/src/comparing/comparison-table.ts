import type { Comparison } from './compare.ts';

/** Formats a comparison as lines of text, one for each figure. */
export function comparisonTable({ base, pairs, benches }: Comparison): string {
  const rows = Object.entries(benches).flatMap(([bench, verdicts]) =>
    verdicts.map(({ figure, better, base, change, ratio, isWorse }) => [
      bench,
      figure,
      better,
      base.toLocaleString('en-US'),
      change.toLocaleString('en-US'),
      ratio.median.toFixed(3),
      `${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)}`,
      isWorse ? 'WORSE' : '',
    ]),
  );
  const all = [['bench', 'figure', 'better', 'base', 'change', 'ratio', '95 % interval', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${pairs} pairs against ${base.slice(0, 12)}; medians, and the ratio of change to base`, ...lines].join('\n');
}
