import type { Fault, Receipt } from '../history.ts';
import type { Evidence } from './index.ts';

/** A result that was on its way when the fault came may be missed until its lease has passed: faults last a little. */
const aftermathMs = 1_000;
const reportedAtMost = 20;

/**
 * A second arrival needs a reason between the two: the first attempt was answered with a failure, or a fault that loses
 * results came. Kafka and the clocks of processes are no reasons.
 */
export function checkRepeats({ history }: Evidence): string[] {
  const reasons = history.faults.filter((fault) => fault.losesResults);
  const problems: string[] = [];
  for (const [key, receipts] of Map.groupBy(history.receipts, (receipt) => receipt.key)) {
    const contents = new Set(receipts.map((receipt) => receipt.content));
    if (contents.size > 1) problems.push(`key ${key} arrived in ${contents.size} versions`);
    for (const [index, receipt] of receipts.entries()) {
      const before = receipts[index - 1];
      if (before === undefined || !before.succeeded || isExcused(before, receipt, reasons)) continue;
      problems.push(`key ${key} arrived again after ${receipt.at - before.at} ms, at ${receipt.at}, for no reason`);
    }
  }
  return problems.length <= reportedAtMost
    ? problems
    : [...problems.slice(0, reportedAtMost), `${problems.length} in all`];
}

function isExcused(before: Receipt, after: Receipt, reasons: readonly Fault[]): boolean {
  return reasons.some((fault) => fault.from <= after.at && fault.to + aftermathMs >= before.at);
}
