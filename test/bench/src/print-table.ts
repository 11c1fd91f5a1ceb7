import type { Figures } from './bench.ts';

/** Prints one figure on each line, with numbers in groups of three digits. */
export function printTable(name: string, figures: Figures): void {
  const width = Math.max(...Object.keys(figures).map((figure) => figure.length)) + 2;
  console.log(name);
  for (const [figure, value] of Object.entries(figures)) {
    const text = typeof value === 'number' ? value.toLocaleString('en-US') : value;
    console.log(`  ${figure.padEnd(width)}${text.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`);
  }
}
