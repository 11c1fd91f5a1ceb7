type Row = { name: string; outcome: 'shown' | 'NOT SHOWN' | 'FAILED' | 'left out'; seconds: number; figures: string[] };

/**
 * Thrown by a step that cannot be tested on this cluster. This is neither a success nor a fault of the product. The
 * message is the reason.
 */
export class NotShown extends Error {
  override name = 'NotShown';
}

export type Step = {
  /** Adds a figure to the row of the step. */
  measure(figure: string): void;
  /** Prints the progress. */
  progress(line: string): void;
};

export type Report = {
  /** Runs a step and measures its time. A failure is written into its row, and rethrown. */
  step<T>(name: string, action: (step: Step) => Promise<T>): Promise<T | undefined>;
  leaveOut(name: string, why: string): void;
  table(): string;
  isGood(): boolean;
};

export function createReport(print: (line: string) => void): Report {
  const rows: Row[] = [];
  const since = performance.now();
  const progress = (line: string) => print(`${((performance.now() - since) / 1000).toFixed(1).padStart(7)} s  ${line}`);

  return {
    async step(name, action) {
      const row: Row = { name, outcome: 'FAILED', seconds: 0, figures: [] };
      rows.push(row);
      progress(name);
      const startedAt = performance.now();
      try {
        const value = await action({
          measure: (figure) => row.figures.push(figure),
          progress: (line) => progress(`  ${line}`),
        });
        row.outcome = 'shown';
        return value;
      } catch (error) {
        row.figures.push(error instanceof Error ? error.message : String(error));
        if (!(error instanceof NotShown)) throw error;
        row.outcome = 'NOT SHOWN';
        return undefined;
      } finally {
        row.seconds = (performance.now() - startedAt) / 1000;
        progress(
          `  ${row.outcome} after ${row.seconds.toFixed(1)} s${row.figures.length > 0 ? `: ${row.figures.join('; ')}` : ''}`,
        );
      }
    },
    leaveOut(name, why) {
      rows.push({ name, outcome: 'left out', seconds: 0, figures: [why] });
      progress(`${name}: left out, ${why}`);
    },
    table: () => rows.map(lineOf).join('\n'),
    isGood: () => rows.every(({ outcome }) => outcome === 'shown' || outcome === 'left out'),
  };
}

function lineOf({ name, outcome, seconds, figures }: Row): string {
  const [first = '', ...others] = figures;
  const head = `${outcome.padEnd(10)}${seconds.toFixed(1).padStart(7)} s  ${name.padEnd(58)} ${first}`;
  return [head, ...others.map((figure) => `${' '.repeat(80)}${figure}`)].join('\n');
}
