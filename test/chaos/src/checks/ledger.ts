import type { Evidence } from './evidence.ts';

/**
 * States of calls whose charge may differ from the bill. The charge is then the reserved amount, an estimate, or a cost
 * above the reservation.
 */
const unsure = new Set(['assumed', 'estimated', 'overrun']);

/**
 * Checks that in every sample the limit is at least the spent and reserved amount, and that this amount is at least the
 * bill of the provider. At the end nothing is reserved, all sums are equal, and they differ from the bill only by calls
 * in the states of `unsure`.
 */
export function checkLedger({ history, facts }: Evidence): string[] {
  const { bill, samples } = history.models;
  const { sums, charges } = facts.agents;
  const { ledger, reserved, ...others } = sums;
  const difference = BigInt(ledger) - bill;
  const most = charges.reduce((sum, { state, charged }) => (unsure.has(state) ? sum + BigInt(charged) : sum), 0n);
  const rows = charges.map(({ state, count, charged }) => `${count} ${state}: ${charged}`).join(', ');
  return [
    ...samples.flatMap(({ bill: billed, limit, taken }) => [
      ...(taken > limit ? [`${taken} were spent and reserved of ${limit}`] : []),
      ...(billed > taken ? [`${billed} were billed, and ${taken} spent and reserved`] : []),
    ]),
    ...(BigInt(reserved) === 0n ? [] : [`${reserved} are still reserved`]),
    ...charges.filter(({ state }) => state === 'open').map(({ count }) => `${count} reservations are open`),
    ...Object.entries(others)
      .filter(([, sum]) => sum !== ledger)
      .map(([name, sum]) => `the sum of ${name} is ${sum}, that of the ledger ${ledger}`),
    ...(difference < 0n ? [`${bill} were billed, and ${ledger} charged (${rows})`] : []),
    ...(difference > most
      ? [`${ledger} were charged and ${bill} billed, more apart than what is unsure (${rows})`]
      : []),
  ];
}
