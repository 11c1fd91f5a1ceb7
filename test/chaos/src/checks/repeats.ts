import type { Fault, History, Opened, Receipt } from '../history.ts';
import type { Evidence } from './evidence.ts';

/**
 * Time after a fault in which the fault still explains a repeat: a result that was under way may be lost until its
 * lease has passed.
 */
const aftermathMs = 1_000;
/**
 * Maximum delay of the report of a connection. A runtime reports a connection before using it, but over a different
 * channel, which may be slower.
 */
const tellMs = 1_000;

/**
 * Checks that there is a reason for each repeated arrival. Either the first attempt got a response with a failure, or a
 * fault that loses results hit one of the two senders between the arrivals. Faults of Kafka, of clocks and of other
 * processes are not reasons.
 */
export function checkRepeats({ history }: Evidence): string[] {
  return repeatsWithoutReason(history.receipts, history);
}

export function repeatsWithoutReason(arrived: readonly Receipt[], history: History): string[] {
  const connections = Map.groupBy(history.connections, (one) => one.port);
  const problems: string[] = [];
  for (const [key, receipts] of Map.groupBy(arrived, (receipt) => receipt.key)) {
    const contents = new Set(receipts.map((receipt) => receipt.content));
    if (contents.size > 1) problems.push(`key ${key} arrived in ${contents.size} versions`);
    for (const [index, receipt] of receipts.entries()) {
      const before = receipts[index - 1];
      if (before === undefined || !before.succeeded) continue;
      const senders = [senderOf(before, connections), senderOf(receipt, connections)];
      if (isExcused(before, receipt, senders, history.faults)) continue;
      problems.push(
        `key ${key} arrived again after ${receipt.at - before.at} ms for no reason, from ${senders.join(' and ')}; ${around(history, before, receipt)}`,
      );
    }
  }
  return problems;
}

/**
 * Returns the sender of a request. Ports are reused, even by other processes, so the last report before the arrival is
 * used.
 */
function senderOf({ senderPort, at }: Receipt, connections: Map<number, Opened[]>): string {
  const opened = connections.get(senderPort) ?? [];
  return (opened.findLast((one) => one.at <= at + tellMs) ?? opened[0])?.name ?? 'an unknown process';
}

function isExcused(before: Receipt, after: Receipt, senders: readonly string[], faults: readonly Fault[]): boolean {
  return faults.some(
    ({ from, to, victims }) =>
      from <= after.at && to + aftermathMs >= before.at && victims.some((victim) => senders.includes(victim)),
  );
}

/** Describes the faults next to the two arrivals, with their distances in milliseconds. */
function around({ faults }: History, before: Receipt, after: Receipt): string {
  const nearMs = 5_000;
  const near = faults.filter(({ from, to }) => to > before.at - nearMs && from < after.at + nearMs);
  return near.map(({ name, from, to }) => `${name} ${from - before.at} to ${to - before.at}`).join(', ');
}
