/** The quality of scores on held-out records. Shares are from 0 to 1. */
export type Judged = {
  /**
   * Probability that a won record scores higher than a lost record. `auc_low` and `auc_high` are the bounds of DeLong's
   * 95 % interval.
   */
  auc: number;
  auc_low: number;
  auc_high: number;
  /** Mean squared difference between score and outcome; 0 is best. */
  brier: number;
  /** Ten bins by score. Empty bins are left out. */
  calibration: { from: number; to: number; records: number; predicted: number; actual: number }[];
  /** Share of won records among the 10 % with the highest scores, divided by the share of won records overall. */
  lift_at_10_percent: number;
  /** Share of won records among the records that reach the threshold. Null if no record reaches it. */
  precision: number | null;
  /** Share of the won records that reach the threshold. */
  recall: number;
};

/** The score of a record, and whether it was won. */
export type Scored = { score: number; won: boolean };

const bins = 10;

/** Judges scores of records. Some of the records must be won and some lost. */
export function judge(scored: readonly Scored[], threshold: number): Judged {
  const won = scored.filter((one) => one.won);
  const reaching = scored.filter(({ score }) => score >= threshold);
  const hits = reaching.filter((one) => one.won).length;
  return {
    ...aucOf(scored),
    brier: mean(scored.map((one) => (one.score - Number(one.won)) ** 2)),
    calibration: calibrationOf(scored),
    lift_at_10_percent: liftOf(scored, won.length),
    precision: reaching.length === 0 ? null : hits / reaching.length,
    recall: hits / Math.max(1, won.length),
  };
}

/** Computes the AUC from the placements of DeLong, DeLong and Clarke-Pearson. A tie counts as half. */
function aucOf(scored: readonly Scored[]): Pick<Judged, 'auc' | 'auc_low' | 'auc_high'> {
  const won = scored.filter((one) => one.won).map(({ score }) => score);
  const lost = scored.filter((one) => !one.won).map(({ score }) => score);
  if (won.length === 0 || lost.length === 0) return { auc: 0.5, auc_low: 0, auc_high: 1 };
  const [sortedWon, sortedLost] = [won.toSorted(ascending), lost.toSorted(ascending)];
  const above = won.map((score) => placement(sortedLost, score));
  const below = lost.map((score) => 1 - placement(sortedWon, score));
  const auc = mean(above);
  const variance = varianceOf(above) / won.length + varianceOf(below) / lost.length;
  const half = 1.959964 * Math.sqrt(variance);
  return { auc, auc_low: Math.max(0, auc - half), auc_high: Math.min(1, auc + half) };
}

/** Returns the share of sorted values that are lower than a value, plus half the share of values equal to it. */
function placement(sorted: readonly number[], value: number): number {
  return (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2 / sorted.length;
}

function countBelow(sorted: readonly number[], value: number, withEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle] ?? 0;
    if (found < value || (withEqual && found === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function calibrationOf(scored: readonly Scored[]): Judged['calibration'] {
  return Array.from({ length: bins }, (_, bin) => {
    const within = scored.filter(({ score }) => Math.min(bins - 1, Math.floor(score * bins)) === bin);
    return {
      from: bin / bins,
      to: (bin + 1) / bins,
      records: within.length,
      predicted: mean(within.map(({ score }) => score)),
      actual: mean(within.map((one) => Number(one.won))),
    };
  }).filter(({ records }) => records > 0);
}

/**
 * Computes the lift. If several records have the lowest score in the top 10 %, each of them counts as a fraction, so
 * their order does not matter.
 */
function liftOf(scored: readonly Scored[], won: number): number {
  if (won === 0) return 0;
  const sorted = scored.toSorted((a, b) => b.score - a.score);
  const places = Math.max(1, Math.round(scored.length / 10));
  const border = sorted[places - 1]?.score ?? 0;
  const over = sorted.filter(({ score }) => score > border);
  const level = sorted.filter(({ score }) => score === border);
  const hits = wonIn(over) + (wonIn(level) * (places - over.length)) / level.length;
  return hits / places / (won / scored.length);
}

function wonIn(scored: readonly Scored[]): number {
  return scored.filter((one) => one.won).length;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function varianceOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

function ascending(a: number, b: number): number {
  return a - b;
}
